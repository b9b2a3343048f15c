"""Who asks, what that role may do (Cedar, in ``policies/``), and credentials that reach one tenant only."""
