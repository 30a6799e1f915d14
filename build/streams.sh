# A part of both launchers: a standard stream that is closed stays one that cannot be used. Otherwise the first files that Java
# opens, its own, would take the places of those streams: what stands in them would be the input.
if ! (exec 3<&0) 2>/dev/null; then exec 0>/dev/null; fi
if ! (exec 3>&1) 2>/dev/null; then exec 1</dev/null; fi
if ! (exec 3>&2) 2>/dev/null; then exec 2</dev/null; fi
