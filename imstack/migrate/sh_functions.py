"""Functions of shell scripts that do what cmd.exe does and a POSIX shell does not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_PART = """\
part() { # part dpn FILE: what %~dpn1 was
  part_folder=$(cd -- "$(dirname -- "$2")" 2>/dev/null && pwd) || part_folder=$(dirname -- "$2")
  part_name=${2##*/} part_ending=
  case $part_name in *.*) part_ending=.${part_name##*.} part_name=${part_name%.*} ;; esac
  part_folder=${part_folder%/}/
  case $1 in *f*) set -- dpnx ;; esac
  case $1 in *d* | *p*) printf '%s' "$part_folder" ;; esac
  case $1 in *n*) printf '%s' "$part_name" ;; esac
  case $1 in *x*) printf '%s' "$part_ending" ;; esac
}"""
_FILES = """\
files() { # files NAME..: those that are there, in cmd.exe's order
  for imstack_file; do [ ! -f "$imstack_file" ] || printf '%s\\n' "$imstack_file"; done |
    LC_ALL=C sort -f
}"""
_FOLDERS = """\
folders() { # folders NAME..: those that are there, in cmd.exe's order
  for imstack_file; do [ ! -d "$imstack_file" ] || printf '%s\\n' "$imstack_file"; done |
    LC_ALL=C sort -f
}"""
_NAMES = """\
names() { # names FILE..: what dir /b prints
  for imstack_file; do [ ! -f "$imstack_file" ] || printf '%s\\n' "${imstack_file##*/}"; done |
    LC_ALL=C sort -f
}"""
_EXISTS = """\
exists() { # exists NAME..: is one of them there?
  for imstack_file; do [ ! -e "$imstack_file" ] || return 0; done
  return 1
}"""
_REPLACE = """\
replace_text() { # replace_text TEXT OLD NEW: what %TEXT:OLD=NEW% was; case makes no difference
  T=$1 O=$2 N=$3 awk 'BEGIN {
    t = ENVIRON["T"]; o = tolower(ENVIRON["O"]); n = length(o)
    while ((at = index(tolower(t), o)) > 0) {
      printf "%s%s", substr(t, 1, at - 1), ENVIRON["N"]; t = substr(t, at + n)
    }
    printf "%s", t
  }'
}"""
_CUT = """\
cut_text() { # cut_text TEXT FIRST [COUNT]: what %TEXT:~FIRST,COUNT% was
  T=$1 F=$2 C=${3-} awk 'BEGIN {
    t = ENVIRON["T"]; n = length(t); f = ENVIRON["F"] + 0; if (f < 0) f += n; if (f < 0) f = 0
    c = ENVIRON["C"] == "" ? n : ENVIRON["C"] + 0; if (c < 0) c = n + c - f
    if (c > 0) printf "%s", substr(t, f + 1, c)
  }'
}"""
_NUMBER = """\
number() { # number TEXT: the whole number that cmd.exe reads; nothing when it is a text
  case ${1#-} in
  0[xX]*) case ${1#*[xX]} in '' | *[!0-9a-fA-F]*) return 0 ;; esac ;;
  '' | *[!0-9]* | 0*[89]*) return 0 ;;
  esac
  printf '%s' "$(($1))"
}"""
_COMPARE = """\
compare() { # compare A lss B, as IF does: whole numbers as numbers, all else as texts
  [ -n "$1" ] && [ -n "$3" ] || {
    printf '%s\\n' "IF has nothing to compare: $1 $2 $3; cmd.exe ends here, too" >&2
    exit 70
  }
  imstack_a=$(number "$1") imstack_b=$(number "$3")
  if [ -n "$imstack_a" ] && [ -n "$imstack_b" ]; then
    case $2 in
    equ) [ "$imstack_a" -eq "$imstack_b" ] ;; neq) [ "$imstack_a" -ne "$imstack_b" ] ;;
    lss) [ "$imstack_a" -lt "$imstack_b" ] ;; leq) [ "$imstack_a" -le "$imstack_b" ] ;;
    gtr) [ "$imstack_a" -gt "$imstack_b" ] ;; geq) [ "$imstack_a" -ge "$imstack_b" ] ;;
    esac
  else
    A=$1 O=$2 B=$3 LC_ALL=C awk 'BEGIN {
      a = ENVIRON["A"] ""; b = ENVIRON["B"] ""; o = ENVIRON["O"]
      exit !(a < b ? o ~ /lss|leq|neq/ : a > b ? o ~ /gtr|geq|neq/ : o ~ /equ|leq|geq/)
    }'
  fi
}"""
_WHOLE = """\
whole() { # whole LINE TEXT: sets imstack_n to a number for SET /A; what is none ends the script
  imstack_n=$(number "${2:-0}")
  [ -n "$imstack_n" ] || {
    printf '%s\\n' "line $1 of the BAT file calculates with $2, which is no whole number" >&2
    exit 70
  }
}"""
_WORD = """\
word() { # word N DELIMITERS TEXT: the N-th word
  N=$1 D=$2 T=$3 awk 'BEGIN {
    t = ENVIRON["T"]; d = ENVIRON["D"]
    for (i = 1; i <= length(t) + 1; i++) {
      c = substr(t, i, 1)
      if (c != "" && !index(d, c)) { w = w c; continue }
      if (w != "" && ++n == ENVIRON["N"] + 0) { printf "%s", w; exit }
      w = ""
    }
  }'
}"""
_BEHIND = """\
behind() { # behind N DELIMITERS TEXT: all behind the N-th word
  N=$1 D=$2 T=$3 awk 'BEGIN {
    t = ENVIRON["T"]; d = ENVIRON["D"]; i = 1
    for (n = 0; n <= ENVIRON["N"] + 0; n++) {
      while (i <= length(t) && index(d, substr(t, i, 1))) i++
      if (n == ENVIRON["N"] + 0) break
      while (i <= length(t) && !index(d, substr(t, i, 1))) i++
    }
    printf "%s", substr(t, i)
  }'
}"""
_ALL: Final = (
    _WHOLE, _COMPARE, _NUMBER, _PART, _FILES, _FOLDERS, _NAMES, _EXISTS, _REPLACE, _CUT, _WORD,
    _BEHIND,
)  # fmt: skip


def functions_for(body: Iterable[str]) -> list[str]:
    """Return the functions that a script's lines, comments apart, call."""
    text = "\n".join(line for line in body if not line.lstrip().startswith("#"))
    found: list[str] = []
    for function in _ALL:
        name = function.partition("(")[0]
        if re.search(rf"(?:^|[\s(!]){name}\s", "\n".join([text, *found]), re.MULTILINE):
            found.append(function)
    return found
