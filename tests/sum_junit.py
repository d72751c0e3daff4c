# SPDX-License-Identifier: Apache-2.0
"""Reads a JUnit results file of ctest or pytest, prints what failed or was skipped, and then "PASSED FAILED".

A file that is missing or broken counts as one failure: the run did not get to its end.
    sum_junit.py RESULTS.xml [--quiet-passed LOG]     LOG is shown as a whole when something failed
"""
import sys
import xml.etree.ElementTree as ElementTree


def read(path):
    passed, failed, skipped = 0, [], []
    for case in ElementTree.parse(path).iter("testcase"):
        name = "::".join(filter(None, (case.get("classname"), case.get("name"))))[:160]
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
            failed.append(name)
        elif skip is not None or case.get("status") in ("notrun", "disabled"):
            skipped.append((name, skip.get("message") if skip is not None else "not run"))
        else:
            passed += 1
    return passed, failed, skipped


def main():
    log = sys.argv[3] if len(sys.argv) > 3 else None
    try:
        passed, failed, skipped = read(sys.argv[1])
    except (OSError, ElementTree.ParseError) as error:
        print(f"no results: {error}")
        passed, failed, skipped = 0, ["the run itself"], []
    if failed and log:
        try:
            with open(log, encoding="utf-8", errors="replace") as file:
                print(file.read())
        except OSError:
            pass
    for name, why in skipped:
        print(f"skipped {name}: {why}")
    for name in failed:
        print(f"FAILED {name}")
    print(passed, len(failed))


if __name__ == "__main__":
    main()
