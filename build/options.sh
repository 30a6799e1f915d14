# Sourced by millrace and packaging/package: the options of the JVM that runs the command.

# A process that mostly waits needs no more than the simple collector and the quick compiler, and starts sooner with
# them. The JVM says nothing on standard output, not even at SIGQUIT (Ctrl-\): it would stand among the answers.
# Nor does it say that the cache is not for it, as after a copy that changed the dates of files: it starts without.
millrace_options="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:+DisplayVMOutputToStderr --enable-native-access=ALL-UNNAMED -Xlog:disable -Xlog:all=error:stderr -Xlog:aot*=off:stderr"
