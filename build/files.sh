# A part of both launchers: what `run` starts has the limit of open files that was given. Java would raise that limit, for
# what it starts, too.
case ${1-} in
  run) millrace_files=-XX:-MaxFDLimit ;;
  *) millrace_files= ;;
esac
