#!/usr/bin/env bash
# Called by the workflows of version 1.0, which try a newer version with their own steps: see install_extra.sh.
exec "$(dirname "$0")/install_extra.sh" cards
