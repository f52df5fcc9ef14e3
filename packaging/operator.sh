#!/bin/sh
# The operator's commands, which root types: as the server's own user, to whom its files belong.
exec runuser -u imserver -- /opt/imserver/bin/imserver "$@"
