#!/usr/bin/env python3
"""Checks a folder of evidence from a Quire archive: python verify.py FOLDER

It needs Python 3.10 or newer and the package `cryptography`, and nothing of Quire: no network, no account, no key that
opens anything. It prints one JSON report, {"ok", "checked": {...}, "findings": [{"file", "fact"}]}, and exits with 0
when there are no findings, 1 when there are some, 2 when it was called wrongly.

  --key KEY        the log's verifier key, as you got it from somebody you trust (else the one in the folder is used)
  --tsa-root FILE  certificates (PEM) of time-stamping authorities you trust (else those in the folder are used)
  --known FILE     a checkpoint you kept from earlier: finds a log that was forked or rolled back; may be repeated

What it checks, in this order, is described in docs/evidence.md, precisely enough to write another such program.
"""

import argparse
import base64
import datetime
import hashlib
import json
import os
import re
import sys
import typing

SCHEMA, MANIFEST_SCHEMA, EVENT_SCHEMA = "quire.evidence/1", "quire.manifest/1", "quire.event/1"
WIDTH = 256  # hashes in a full tile
CHUNK = 1 << 16
DASH = "— "


class Wrong(Exception):
    """A fact that is not as it should be."""


# ---------------------------------------------------------------- the tree (RFC 9162, section 2.1)


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(data, salt=b""):
    return sha256(b"\x00" + salt + data)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def tree_root(leaves):
    """Root over leaf hashes; a last node without a sibling rises as it is."""
    if not leaves:
        return sha256(b"")
    level = list(leaves)
    while len(level) > 1:
        above = [node_hash(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
        level = above + ([level[-1]] if len(level) % 2 else [])
    return level[0]


class GrowingTree:
    """Roots of all beginnings of a list of leaves, in one pass: the roots of full subtrees, largest first."""

    def __init__(self):
        self.size, self._stack = 0, []

    def add(self, leaf):
        self._stack.append((1, leaf))
        while len(self._stack) > 1 and self._stack[-1][0] == self._stack[-2][0]:
            (_, right), (count, left) = self._stack.pop(), self._stack.pop()
            self._stack.append((2 * count, node_hash(left, right)))
        self.size += 1

    def root(self):
        if not self._stack:
            return sha256(b"")
        result = self._stack[-1][1]
        for _, left in reversed(self._stack[:-1]):
            result = node_hash(left, result)
        return result


# ---------------------------------------------------------------- notes and checkpoints (C2SP signed-note, tlog-checkpoint)


def read_key(text):
    """(name, key id, raw Ed25519 public key) of a verifier key."""
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise Wrong("the log's verifier key cannot be read") from error
    expected = sha256(name.encode() + b"\n" + raw)[:4]
    if raw[:1] != b"\x01" or len(raw) != 33 or not name or re.search(r"[\s+]", name) or key_id != expected.hex():
        raise Wrong("the log's verifier key is no Ed25519 key")
    return name, expected, raw[1:]


def open_checkpoint(data, key):
    """(size, root) of a signed checkpoint of the key's log."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    name, key_id, public = key
    try:
        text, separator, tail = data.decode().rpartition("\n\n")
    except UnicodeDecodeError as error:
        raise Wrong("the checkpoint is not text") from error
    if not separator or not tail.endswith("\n"):
        raise Wrong("the checkpoint is not a signed note")
    text, mine = text + "\n", []
    for line in tail[:-1].split("\n"):
        signer, _, encoded = line.removeprefix(DASH).partition(" ")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise Wrong("a signature of the checkpoint cannot be read") from error
        if not line.startswith(DASH) or not signer or len(raw) <= 4 or base64.b64encode(raw).decode() != encoded:
            raise Wrong("a signature of the checkpoint cannot be read")
        if signer == name and raw[:4] == key_id:
            mine.append(raw[4:])
    if len(mine) != 1:
        raise Wrong("the checkpoint is not signed with the log's key")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(mine[0], text.encode())
    except InvalidSignature as error:
        raise Wrong("the checkpoint's signature does not hold") from error
    lines = text.split("\n")
    try:
        origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
    except (IndexError, ValueError) as error:
        raise Wrong("the checkpoint cannot be read") from error
    if text != f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n" or len(root) != 32 or size < 0:
        raise Wrong("the checkpoint is not written as checkpoints are")
    if origin != name:
        raise Wrong("the checkpoint is another log's")
    return size, root


# ---------------------------------------------------------------- the log in tiles (C2SP tlog-tiles)


def elements(number):
    digits = f"{number % 1000:03d}"
    while number := number // 1000:
        digits = f"x{number % 1000:03d}/{digits}"
    return digits


def tiles_of(size):
    """(level, number, width) of every tile of a log."""
    level = 0
    while size > 0:
        yield from ((level, number, WIDTH) for number in range(size // WIDTH))
        if size % WIDTH:
            yield level, size // WIDTH, size % WIDTH
        level, size = level + 1, size // WIDTH


def tile_path(level, number, width):
    return f"log/tile/{level}/{elements(number)}" + (f".p/{width}" if width < WIDTH else "")


def unbundle(data):
    """The entries of a bundle: each after its length in two bytes, big-endian."""
    place, found = 0, []
    while place < len(data):
        end = place + 2 + int.from_bytes(data[place : place + 2], "big")
        if place + 2 > len(data) or end > len(data):
            raise Wrong("the bundle ends within an entry")
        found.append(data[place + 2 : end])
        place = end
    return found


# ---------------------------------------------------------------- trusted time (RFC 3161, RFC 5652)


def der(data, place=0):
    """(tag, start of contents, end, start) of the DER element at a place."""
    try:
        tag, length, start = data[place], data[place + 1], place + 2
        if length & 0x80:
            count = length & 0x7F
            length, start = int.from_bytes(data[start : start + count], "big"), start + count
    except IndexError as error:
        raise Wrong("the time token ends early") from error
    if start + length > len(data):
        raise Wrong("the time token ends early")
    return tag, start, start + length, place


def children(data, element):
    """The elements inside an element."""
    found, place = [], element[1]
    while place < element[2]:
        found.append(der(data, place))
        place = found[-1][2]
    return found


def inside(data, element):
    return data[element[1] : element[2]]


def whole(data, element):
    return data[element[3] : element[2]]


OID_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
OID_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
OID_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
OID_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
DIGESTS = {
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}


def digest_of(data, algorithm):
    name = DIGESTS.get(inside(data, children(data, algorithm)[0]))
    if name is None:
        raise Wrong("the time token uses a hash that is not SHA-2")
    return name


def open_token(data, stamped, roots):
    """When the bytes `stamped` existed, by a time token whose certificate leads to one of `roots`."""
    try:
        return _open_token(data, stamped, roots)
    except Wrong:
        raise
    except Exception as error:  # hostile certificates make their parsers raise all sorts of things
        raise Wrong("the time token cannot be read") from error


def _open_token(data, stamped, roots):
    from cryptography import x509

    top = children(data, der(data))
    if data[top[0][3]] == 0x30:  # a TimeStampResp: its status, then the token
        if inside(data, children(data, top[0])[0]) not in (b"\x00", b"\x01"):
            raise Wrong("the time-stamping authority refused")
        top = children(data, top[1])
    if inside(data, top[0]) != OID_SIGNED_DATA:
        raise Wrong("the time token is not signed data")
    signed = children(data, children(data, top[1])[0])
    content = children(data, signed[2])
    if inside(data, content[0]) != OID_TST_INFO:
        raise Wrong("the time token stamps nothing")
    info_bytes = inside(data, children(data, content[1])[0])
    info = children(info_bytes, der(info_bytes))
    imprint = children(info_bytes, info[2])
    if inside(info_bytes, imprint[1]) != hashlib.new(digest_of(info_bytes, imprint[0]), stamped).digest():
        raise Wrong("the time token is for other bytes")
    certificates = [
        x509.load_der_x509_certificate(whole(data, each))
        for element in signed[3:]
        if data[element[3]] == 0xA0
        for each in children(data, element)
    ]
    signers = next(element for element in reversed(signed) if data[element[3]] == 0x31)
    [signer] = children(data, signers)
    when = generalized_time(inside(info_bytes, info[4]))
    certificate = check_signer(data, signer, info_bytes, certificates)
    check_chain(certificate, certificates, roots, when)
    return when


def generalized_time(text):
    match = re.fullmatch(rb"(\d{14})(?:\.(\d+))?Z", text)
    if match is None:
        raise Wrong("the time token's time cannot be read")
    moment = datetime.datetime.strptime(match[1].decode(), "%Y%m%d%H%M%S")
    return moment.replace(tzinfo=datetime.timezone.utc)


def check_signer(data, signer, info_bytes, certificates):
    """The certificate that signed, once its signature over the signed attributes holds and those name the content."""
    parts = children(data, signer)
    serial = int.from_bytes(inside(data, children(data, parts[1])[1]), "big", signed=True)
    hash_name = digest_of(data, parts[2])
    if data[parts[3][3]] != 0xA0:
        raise Wrong("the time token has no signed attributes")
    attributes = {}
    for attribute in children(data, parts[3]):
        name, values = children(data, attribute)
        attributes[inside(data, name)] = inside(data, children(data, values)[0])
    if attributes.get(OID_MESSAGE_DIGEST) != hashlib.new(hash_name, info_bytes).digest():
        raise Wrong("the time token's contents are not those that were signed")
    if attributes.get(OID_CONTENT_TYPE) != OID_TST_INFO:
        raise Wrong("the time token was signed as something else")
    signed_bytes = b"\x31" + whole(data, parts[3])[1:]
    for certificate in certificates:
        if certificate.serial_number == serial and certificate.issuer.public_bytes() == whole(
            data, children(data, parts[1])[0]
        ):
            check_signature(certificate.public_key(), inside(data, parts[5]), signed_bytes, hash_name)
            return certificate
    raise Wrong("the time token lacks its signer's certificate")


def check_signature(public, signature, data, hash_name):
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    algorithm = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[hash_name]
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, data, padding.PKCS1v15(), algorithm)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(signature, data, ec.ECDSA(algorithm))
        elif isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, data)
        else:
            raise Wrong("the time token is signed with an unknown kind of key")
    except InvalidSignature as error:
        raise Wrong("the time token's signature does not hold") from error


def check_chain(certificate, certificates, roots, when):
    """The signer may stamp times, was valid then, and leads to a root."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise Wrong("the time token's certificate is not for time stamps") from error
    if list(usage.value) != [x509.ExtendedKeyUsageOID.TIME_STAMPING] or not usage.critical:
        raise Wrong("the time token's certificate is not for time stamps")
    current = certificate
    for _ in range(8):
        if not current.not_valid_before_utc <= when <= current.not_valid_after_utc:
            raise Wrong("a certificate of the time token was not valid then")
        if current in roots:
            return
        for issuer in [*roots, *certificates]:
            try:
                current.verify_directly_issued_by(issuer)
            except (ValueError, TypeError, InvalidSignature):
                continue
            if issuer != current and (issuer in roots or is_authority(issuer)):
                current = issuer
                break
        else:
            break
    raise Wrong("the time token's certificate does not lead to a trusted one")


def is_authority(certificate):
    from cryptography import x509

    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


# ---------------------------------------------------------------- the folder


ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode
DECODE = json.JSONDecoder().raw_decode


def canonical_json(data):
    """The object in bytes that are the canonical JSON of it."""
    try:
        text = data.decode()
        value, _ = DECODE(text)
    except (ValueError, RecursionError) as error:
        raise Wrong("the file is not JSON") from error
    if not isinstance(value, dict) or ENCODE(value) != text:
        raise Wrong("the file is not canonical JSON")
    return value


def names(path: str) -> dict[str, bool]:
    """{path within the folder: whether it is a file} of all there is in it, but for folders."""
    found, folders = {}, [""]
    while folders:
        under = folders.pop()
        with os.scandir(f"{path}/{under}") as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    found[under + entry.name] = True
                elif not entry.is_dir(follow_symlinks=False):
                    found[under + entry.name] = False
                elif entry.name != "__pycache__":
                    folders.append(f"{under}{entry.name}/")
    return found


def contents(path):
    """A file's bytes; small ones, of which there are many, in one go."""
    number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        data = os.read(number, CHUNK)
        if len(data) == CHUNK:
            with open(number, "rb", closefd=False) as rest:
                data += rest.read()
        return data
    finally:
        os.close(number)


class Folder:
    """A folder of evidence; every check adds to `checked` or to `findings`. A file is read once and hashed then."""

    def __init__(self, path):
        self.path = os.fspath(path)
        self.found, self.listed, self.present = {}, {}, {}
        self.checked = dict.fromkeys(
            "files checkpoints entries tiles segments leaves messages events timestamps known".split(), 0
        )

    @property
    def findings(self):
        return [{"file": file, "fact": fact} for file, fact in self.found]

    def find(self, file, fact):
        self.found[file, fact] = True

    def under(self, folder):
        return sorted(name[len(folder) :] for name in self.present if name.startswith(folder))

    def read(self, file):
        """(bytes, SHA-256 in hexadecimal digits) of a file, compared with package.json."""
        if not self.present.get(file):
            raise Wrong("the file is missing")
        data = contents(f"{self.path}/{file}")
        it = len(data), hashlib.sha256(data).hexdigest()
        if self.listed.pop(file, it) != it:
            self.find(file, "the file is not the one listed in package.json")
        return data, it[1]

    def data(self, file):
        return self.read(file)[0]

    def attempt(self, file, check, *arguments):
        """What a check gives; a finding about the file, and None, where something is wrong."""
        try:
            return check(*arguments)
        except Wrong as wrong:
            self.find(file, str(wrong))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            self.find(file, "the file does not hold what it should")
        except OSError as error:
            self.find(file, f"the file cannot be read: {error.strerror}")
        return None

    # ---- package.json: what is in the folder

    def package(self):
        self.present = names(self.path)
        data, digest = self.read("package.json")
        try:
            value = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Wrong("the file is not JSON") from error
        if not isinstance(value, dict) or value.get("schema") != SCHEMA:
            raise Wrong("the package's schema is another")
        if self.data("package.sha256").decode("ascii", "replace") != digest + "\n":
            raise Wrong("package.sha256 is another file's hash")
        self.listed = {each["path"]: (each["size"], each["sha256"]) for each in value["files"]}
        self.checked["files"] = len(self.listed)
        for file in sorted(self.present.keys() - self.listed.keys() - {"package.json", "package.sha256"}):
            self.find(file, "the file is not listed in package.json")
        return value

    def rest(self):
        """The listed files that no other check has read."""
        for file in sorted(self.listed):
            self.attempt(file, self.read, file)

    # ---- log/: checkpoints, entries, tiles

    def checkpoints(self, key):
        """{size: root} of all checkpoints, and the newest one's size."""
        newest = self.attempt("log/checkpoint", lambda: open_checkpoint(self.data("log/checkpoint"), key))
        roots = {} if newest is None else {newest[0]: newest[1]}
        self.checked["checkpoints"] += newest is not None
        for name in self.under("log/checkpoints/"):
            file = f"log/checkpoints/{name}"
            read = self.attempt(file, lambda file=file: open_checkpoint(self.data(file), key))
            if read is None:
                continue
            self.checked["checkpoints"] += 1
            if str(read[0]) != name:
                self.find(file, f"the checkpoint is of {read[0]} entries")
            if roots.setdefault(*read) != read[1]:
                self.find(file, "two checkpoints of one size have different roots: the log was forked")
            if newest is not None and read[0] > newest[0]:
                self.find("log/checkpoint", f"the newest checkpoint is older than {file}: the log was rolled back")
        return roots, None if newest is None else newest[0]

    def entries(self, size):
        """The log's entries, as far as they are there: (entry, or None)."""
        found = []
        for level, number, width in tiles_of(size):
            if level:
                break
            file = tile_path("entries", number, width)
            read = self.attempt(file, lambda file=file: unbundle(self.data(file)))
            if read is not None and len(read) != width:
                self.find(file, f"the bundle holds {len(read)} entries, not {width}")
            held = (read or [])[:width]
            found.extend(held + [None] * (width - len(held)))
        self.checked["entries"] = sum(entry is not None for entry in found)
        return found

    def tiles(self, size, entries):
        """Every tile against what it covers; the log's leaf hashes as the entries give them."""
        levels = [[None if entry is None else leaf_hash(entry) for entry in entries]]
        while len(levels[-1]) >= WIDTH:
            below = levels[-1]
            rows = [below[n : n + WIDTH] for n in range(0, len(below) - len(below) % WIDTH, WIDTH)]
            levels.append([None if None in row else tree_root(row) for row in rows])
        for level, number, width in tiles_of(size):
            file = tile_path(level, number, width)
            data = self.attempt(file, self.data, file)
            if data is None:
                continue
            self.checked["tiles"] += 1
            expected = levels[level][number * WIDTH : number * WIDTH + width]
            held = [data[n : n + 32] for n in range(0, len(data), 32)]
            if len(data) != 32 * width:
                self.find(file, "the tile has another length than its name says")
            elif any(ours is not None and ours != theirs for ours, theirs in zip(expected, held)):
                self.find(file, "the tile's hashes are not those of what it covers")
        return levels[0]

    def roots(self, checkpoints, leaves, known):
        """Every checkpoint's root against the entries: each is then the beginning of the next."""
        tree, wanted = GrowingTree(), {size: root for size, root in checkpoints.items()}
        names = {size: f"log/checkpoints/{size}" for size in wanted}
        for leaf in [*leaves, None]:
            if tree.size in wanted and tree.root() != wanted[tree.size]:
                for file in [names[tree.size]] + ["log/checkpoint"] * (tree.size == max(wanted)):
                    if file in self.present:
                        self.find(file, "the checkpoint's root is not that of the log's entries")
            for file, (size, root) in known.items():
                if size == tree.size and tree.root() != root:
                    self.find(file, "a checkpoint you kept is not the beginning of this log: it was forked")
            if leaf is None:
                break
            tree.add(leaf)
        for file, (size, _) in known.items():
            self.checked["known"] += 1
            if size > len(leaves):
                self.find(file, "a checkpoint you kept is newer than this log: it was rolled back")

    def manifests(self, entries, tenant):
        """{segment id: manifest} of the log's entries."""
        found, at = {}, {}
        for number, entry in enumerate(entries):
            if entry is None:
                continue
            file = tile_path("entries", number // WIDTH, min(WIDTH, len(entries) - number // WIDTH * WIDTH))
            try:
                value = canonical_json(entry)
            except (Wrong, ValueError):
                self.find(file, f"entry {number} is not canonical JSON")
                continue
            if value.get("schema") != MANIFEST_SCHEMA:
                continue  # the log also holds statements of other kinds; their place in it is checked, not their words
            elif value.get("tenant_id") != tenant:
                self.find(file, f"entry {number} is of another tenant")
            elif value.get("segment_id") in found:
                self.find(file, f"entries {at[value['segment_id']]} and {number} are of one segment")
            else:
                found[value["segment_id"]], at[value["segment_id"]] = value, number
        return found

    # ---- segments/ and messages/

    def segments(self, manifests, complete):
        """{segment id: leaves} of the segments in the folder."""
        found = {}
        for name in self.under("segments/"):
            segment, _, kind = name.rpartition(".")
            if kind not in ("qrs", "leaves") or segment not in manifests:
                self.find(f"segments/{name}", "the log knows no such segment")
        for segment, manifest in sorted(manifests.items()):
            object_file, leaves_file = f"segments/{segment}.qrs", f"segments/{segment}.leaves"
            if not complete and object_file not in self.present and leaves_file not in self.present:
                continue
            self.attempt(object_file, self.segment_object, object_file, manifest)
            leaves = self.attempt(leaves_file, self.segment_leaves, leaves_file, manifest)
            if leaves is not None:
                found[segment] = leaves
        return found

    def segment_object(self, file, manifest):
        data, digest = self.read(file)
        if (digest, len(data)) != (manifest["sha256"], manifest["size"]):
            raise Wrong("the segment is not the one that was sealed")
        self.checked["segments"] += 1

    def segment_leaves(self, file, manifest):
        data = self.data(file)
        leaves = [data[n : n + 32] for n in range(0, len(data), 32)]
        if len(data) % 32 or len(leaves) != manifest["counts"]["events"] or tree_root(leaves).hex() != manifest["root"]:
            raise Wrong("the leaves are not those under the segment's root")
        self.checked["leaves"] += len(leaves)
        return leaves

    def messages(self, listed, segments, manifests, tenant):
        for message in listed:
            about = message["message_id"]
            self.checked["messages"] += 1
            for stated in message["events"]:
                file = f"messages/{about}/{stated['event_id']}.json"
                self.attempt(file, self.event, file, stated, about, segments, manifests, tenant)

    def event(self, file, stated, about, segments, manifests, tenant):
        data = self.read(file)[0]
        event = canonical_json(data)
        own = event.get("event_id")  # an event about no message stands under its own id
        facts = (event.get("schema"), event.get("tenant_id"), event.get("message_id", own), own)
        if facts != (EVENT_SCHEMA, tenant, about, stated["event_id"]):
            raise Wrong("the event is not the one that it is listed as")
        segment, index = stated["segment_id"], stated["leaf"]
        if segment not in manifests:
            raise Wrong("the log knows no segment that holds the event")
        leaves = segments.get(segment)
        if leaves is None:
            raise Wrong("the leaves of the event's segment are missing or wrong")
        if not 0 <= index < len(leaves) or leaf_hash(data, bytes.fromhex(stated["salt"])) != leaves[index]:
            raise Wrong("the event is not the one that was sealed")
        self.checked["events"] += 1

    # ---- timestamps/

    def timestamps(self, roots, files):
        """{checkpoint size: time} of the tokens that hold."""
        found = {}
        for file in files:
            size = file[len("timestamps/") : -len(".tsr")]
            stamped = self.attempt(file, self.data, f"log/checkpoints/{size}")
            when = None if stamped is None else self.attempt(file, lambda: open_token(self.data(file), stamped, roots))
            if when is not None:
                self.checked["timestamps"] += 1
                found[size] = when.strftime("%Y-%m-%dT%H:%M:%SZ")
        return found


def load_roots(data):
    from cryptography import x509

    return x509.load_pem_x509_certificates(data)


def check(
    path: object, key_text: object = None, tsa_roots: object = None, known_files: typing.Iterable[str] = ()
) -> dict[str, typing.Any]:
    """The report on a folder."""
    folder = Folder(path)
    package = folder.attempt("package.json", folder.package)
    key = None
    if package is not None or key_text is not None:
        file = "package.json" if key_text is None else "--key"
        key = folder.attempt(file, lambda: read_key(key_text or package["log_key"]))
    if package is not None and key is not None:
        if package.get("log_key") != key_text and key_text is not None:
            folder.find("package.json", "the log's key is another than the one you trust")
        folder.attempt("package.json", examine, folder, package, key, tsa_roots, known_files)
    folder.rest()
    folder.checked["key"] = "given" if key_text else "from the folder"
    return {"ok": not folder.findings, "checked": folder.checked, "findings": folder.findings}


def examine(folder, package, key, tsa_roots, known_files):
    tenant = package["tenant_id"]
    known = {}
    for name in known_files:
        read = folder.attempt(name, lambda name=name: open_checkpoint(contents(name), key))
        if read is not None:
            known[name] = read
    checkpoints, size = folder.checkpoints(key)
    if size is None:
        return
    entries = folder.entries(size)
    leaves = folder.tiles(size, entries)
    folder.roots(checkpoints, leaves if None not in leaves else leaves[: leaves.index(None)], known)
    manifests = folder.manifests(entries, tenant)
    segments = folder.segments(manifests, package["scope"] == "all")
    folder.messages(package["messages"], segments, manifests, tenant)
    tokens = [f"timestamps/{name}" for name in folder.under("timestamps/") if name.endswith(".tsr")]
    if tokens:
        roots = folder.attempt(
            "timestamps/roots.pem", lambda: load_roots(tsa_roots or folder.data("timestamps/roots.pem"))
        )
        folder.checked["stamped"] = folder.timestamps(roots or [], tokens)
    newest = checkpoints[size]
    folder.checked["log"] = {"origin": key[0], "size": size, "root": newest.hex()}


def main(arguments: typing.Any = None) -> int:
    parser = argparse.ArgumentParser(prog="verify.py", description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder")
    parser.add_argument("--key", help="the log's verifier key, from somebody you trust")
    parser.add_argument("--tsa-root", help="trusted certificates of time stampers (PEM)")
    parser.add_argument("--known", action="append", default=[], help="a checkpoint you kept from earlier")
    told = parser.parse_args(arguments)
    if not os.path.isdir(told.folder):
        parser.error(f"{told.folder} is no folder")
    try:
        roots = contents(told.tsa_root) if told.tsa_root else None
    except OSError as error:
        parser.error(f"{told.tsa_root}: {error.strerror}")
    report = check(told.folder, told.key, roots, told.known)
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
