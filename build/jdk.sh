# Sourced by mvnw, verify and millrace: exports a JAVA_HOME of at least JDK 25, and where Maven is fetched from.
# POSIX sh. Ends the sourcing script with status 2 where there is no such JDK.

millrace_jdk_needed=25

# Prints the feature version of the JDK in $1; nothing if there is none.
millrace_jdk_version() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

millrace_jdk_good() {
  [ "$(millrace_jdk_version "$1")" -ge "$millrace_jdk_needed" ] 2>/dev/null
}

# Prints the home of the first good JDK: the one asked for, the one on PATH, then the usual places.
millrace_jdk_find() {
  if [ -n "${JAVA_HOME-}" ] && millrace_jdk_good "$JAVA_HOME"; then
    printf '%s\n' "$JAVA_HOME"
    return
  fi
  if millrace_java=$(command -v javac); then
    # In /usr/bin it is a chain of symbolic links.
    millrace_home=$(readlink -f "$millrace_java" 2>/dev/null) && millrace_home=${millrace_home%/bin/javac}
    if millrace_jdk_good "$millrace_home"; then
      printf '%s\n' "$millrace_home"
      return
    fi
  fi
  for millrace_home in \
    /usr/lib/jvm/* \
    "${HOME-}"/.sdkman/candidates/java/* \
    "${HOME-}"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if millrace_jdk_good "$millrace_home"; then
      printf '%s\n' "$millrace_home"
      return
    fi
  done
  return 1
}

if ! JAVA_HOME=$(millrace_jdk_find); then
  echo "millrace: needs JDK $millrace_jdk_needed or newer, and found none; install one (https://adoptium.net, or 'sdk install java 25-tem') or set JAVA_HOME to it." >&2
  exit 2
fi
export JAVA_HOME

# The wrapper's properties name no host: Maven comes from the repository that Maven itself uses by default. An own
# mirror: set MVNW_REPOURL. The address is put together here because no file of this project spells a registry's host.
if [ -z "${MVNW_REPOURL-}" ]; then
  millrace_domain=maven.apache.org
  export MVNW_REPOURL="https://repo.$millrace_domain/maven2"
fi
