# A part of both launchers: Java reads arguments, variables and names of files in the
# encoding of the locale, and loses what is nothing there. Where that is not UTF-8, Java gets a locale of UTF-8; what
# it starts gets the one that was given: LC_ALL is handed over under another name, if it is set.

# True when the locale is of UTF-8, also where it is named so, but not installed.
is_utf8() {
  encoding=$(locale charmap 2>/dev/null) || encoding=${LC_ALL:-${LC_CTYPE:-${LANG-}}}
  case $encoding in
    *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) ;;
    *) return 1 ;;
  esac
}

millrace_locale=given
unset MILLRACE_GIVEN_LC_ALL
if ! is_utf8; then
  millrace_locale=replaced
  if [ -n "${LC_ALL+set}" ]; then export MILLRACE_GIVEN_LC_ALL="$LC_ALL"; fi
  export LC_ALL=C.UTF-8
fi
