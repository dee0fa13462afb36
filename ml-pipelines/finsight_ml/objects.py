"""The object store as TypeScript lays it out: `file:<directory>`, the key being the relative path."""

import hashlib
import os
import tempfile
from pathlib import Path

from .contracts import ObjectRef
from .errors import DataQualityError, InvalidInputError


class FileObjects:
    """Objects as files below one directory."""

    def __init__(self, address: str) -> None:
        if not address.startswith("file:"):
            raise InvalidInputError(f'Unknown address "{address}" in OBJECTS_URL; known schemes here: file:')
        self.root = Path(address.removeprefix("file:"))

    def path(self, key: str) -> Path:
        path = (self.root / key).resolve()
        if not path.is_relative_to(self.root.resolve()):
            raise InvalidInputError(f'Unusable object key "{key}": it leaves the store')
        return path

    def get(self, ref: ObjectRef) -> bytes:
        """Bytes of an object. Raises DataQualityError where its digest differs."""
        path = self.path(ref.key)
        if not path.exists():
            raise InvalidInputError(f'No object "{ref.key}" below {self.root}')
        data = path.read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != ref.sha256:
            raise DataQualityError(f"Object {ref.key} was changed: sha256 {found}, recorded was {ref.sha256}")
        return data

    def put(self, key: str, data: bytes) -> ObjectRef:
        """Writes beside and renames, so that a crash leaves the old object or the new one."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False, suffix=".new") as draft:
            draft.write(data)
            draft.flush()
            os.fsync(draft.fileno())
        os.replace(draft.name, path)
        return ObjectRef(key=key, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
