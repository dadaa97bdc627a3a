#!/usr/bin/python3
"""Puts the checksum into the header of a firmware image (docs/management.md, section 8; docs/spec/management.yaml, image_header)."""

import argparse
import pathlib
import re
import sys
import zlib


def constants(header):
    """{name: number} of the generated C header."""
    found = re.findall(r"#define HEDDLE_MGMT_(\w+)\s+(0x[0-9a-f]+|\d+)", header.read_text())
    return {name: int(number, 0) for name, number in found}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", type=pathlib.Path, help="the image as it lies in memory, without its checksum")
    parser.add_argument("image", type=pathlib.Path, help="file to write")
    parser.add_argument("--header", type=pathlib.Path, required=True, help="generated heddle_mgmt.h")
    args = parser.parse_args()
    known = constants(args.header)
    data = bytearray(args.binary.read_bytes())
    at = known["IMAGE_CHECKSUM"]

    def word(name):
        return int.from_bytes(data[known[name] : known[name] + 4], "little")

    if word("IMAGE_MAGIC") != known["IMAGE_MAGIC_VALUE"] or word("IMAGE_IMAGE_BYTES") != len(data):
        print(f"make_image: {args.binary} of {len(data)} bytes has no header, or one of another size", file=sys.stderr)
        return 1
    data[at : at + 4] = zlib.crc32(data[:at] + data[at + 4 :]).to_bytes(4, "little")
    args.image.write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
