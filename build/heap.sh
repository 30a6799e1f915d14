# A part of both launchers: the sizes of the heap, where nobody has said others: Java does not start with a heap that
# is smaller than its young generation.
#
# The young generation has room for what many requests at once need, and two thirds of it for what of that outlives a
# collection, or else much of it gets old: then the heap grows, up to a quarter of the machine, before that is collected.
case "${JDK_JAVA_OPTIONS-} ${JAVA_TOOL_OPTIONS-} ${_JAVA_OPTIONS-}" in
  *-Xm[nsx]* | *HeapSize* | *NewSize* | *RAM*) millrace_heap= ;;
  *) millrace_heap='-Xms64m -XX:NewSize=56m -XX:SurvivorRatio=1' ;;
esac
