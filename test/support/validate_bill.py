"""Whether a file is CycloneDX 1.5, by the schema of the standard and nothing beside it: exit code 0 or 1, with the reason."""
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

with open(sys.argv[1], encoding="utf-8") as file:
    error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(file.read())
if error is not None:
    print(str(error.data)[:2000])
    sys.exit(1)
