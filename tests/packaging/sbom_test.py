"""mk/sbom.py on the binaries that `make` has built."""

import json
import os
import subprocess
import sys
import unittest

BINARIES = ("build/osrtpd", "build/osrtpctl", "build/osrtp.so")


def made(*binaries: str, epoch: str = "1700000000") -> str:
    return subprocess.run([sys.executable, "mk/sbom.py", *binaries], env=os.environ | {"SOURCE_DATE_EPOCH": epoch},
                          capture_output=True, text=True, check=True, timeout=120).stdout


class Sbom(unittest.TestCase):
    def setUp(self) -> None:
        self.bill = json.loads(made(*BINARIES))

    def test_has_the_shape_of_cyclonedx(self) -> None:
        self.assertEqual((self.bill["bomFormat"], self.bill["specVersion"]), ("CycloneDX", "1.5"))
        self.assertRegex(self.bill["serialNumber"], r"^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertEqual(self.bill["metadata"]["timestamp"], "2023-11-14T22:13:20Z")
        references = [part["bom-ref"] for part in self.bill["components"]]
        self.assertEqual(len(references), len(set(references)))
        self.assertEqual(self.bill["dependencies"][0]["dependsOn"], references)
        for part in self.bill["components"]:
            self.assertTrue(part["purl"].startswith(f"pkg:deb/debian/{part['name']}@{part['version']}"), part)

    def test_names_what_is_linked_and_what_is_compiled_in(self) -> None:
        linkage = {part["properties"][0]["value"]: part["properties"][1]["value"] for part in self.bill["components"]}
        for source in ("srtp2", "openssl", "libevent", "jansson", "libseccomp", "systemd"):
            if source == "srtp2":
                source = next(name for name in linkage if "srtp" in name)
            self.assertEqual(linkage.get(source), "shared library", source)
        for source in ("tomlplusplus", "cli11"):
            self.assertEqual(linkage.get(source), "headers", source)

    def test_is_the_same_for_the_same_build(self) -> None:
        self.assertEqual(made(*BINARIES), made(*BINARIES))
        self.assertNotEqual(made(BINARIES[0]), made(BINARIES[2]))


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(bad != 0)
