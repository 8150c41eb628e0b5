# shellcheck shell=bash
# Python 3: the example in another language is written in it, with nothing beside its standard library.

python_ready() { have python3; }

python_install() { apt_install "Python 3" python3; }
