"""The demo: one made-up week of a made-up firm on Slack and Teams, sent as the platforms would send it.

``firm.yaml`` says who and where, ``week/`` what they wrote; both are meant to be read and edited. ``story`` checks
them, ``slack_*`` and ``teams_*`` turn them into the platforms' own payloads, ``plan`` orders those by arrival, and
``facts`` says, from the story alone, what the archive should then hold.
"""
