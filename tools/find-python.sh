#!/bin/sh
# Print a Python from 3.11 to 3.13 that can make environments; say in one line when there is none.
# PYTHON=/path/to/python chooses one by hand.
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
    if "$candidate" -c 'import sys, venv, ensurepip
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then
        command -v "$candidate"
        exit 0
    fi
done
echo "immersions needs Python 3.11, 3.12 or 3.13 with its venv module (python.org; Debian: apt install python3-venv); ${PYTHON:-python3} is $(${PYTHON:-python3} --version 2>/dev/null || echo missing or broken)" >&2
exit 1
