r"""The text of the BAT files that stand in for the scripts.

Each runs ``imstack NAME --env FILE -- ARGUMENTS``, reads FILE, and sets in its caller what the
script of that name set. What shapes them, line by line:

- A caller may have echo on, so every line begins with ``@``; ``echo off`` would outlive the shim.
- A caller may have delayed expansion on, which would eat ``!`` in names: the shim switches it off
  first. Whether it was on is told by ``set "imsPLAIN=!"``, which leaves the variable unset then.
- The results come through a file in a folder of its own. ``md`` fails when the folder is there,
  so two shims that draw the same %RANDOM% (it is seeded by the second) cannot share one.
- Without arguments the program is run bare: it prints the usage text.
- Success is ``&&`` after the program, and everything else falls through to the failure. That
  covers exit codes below 0 and 9009, and even a quote left open in the arguments, which would
  swallow the ``&&``.
- Nothing is set unless every result is there. ``endlocal & set ..`` on one line carries values
  out: ``%NAME%`` is put in before ``endlocal`` is done, and no helper variable gets out.
- With delayed expansion on in the caller, that line would lose each ``!``. Values with ``!`` are
  therefore given by ``set /P`` from files, which looks at no character. (Writing ``^!`` would do
  on Windows, but not in Wine, where these files are tested.)
- ``call`` would expand percent signs once more and double carets, so there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imstack.bat.variables import Script

MARK = "@rem imstack shim"
PROGRAM = "imstack.exe"

_RUN = r"""{mark} {name}.bat: written by "imstack shims", and again by the next run of it
@rem {name} {arguments}
@rem {purpose}; sets {variables}
@rem IMSTACK: what to run instead of {program}, such as: py -m imstack
@setlocal EnableExtensions
@set "imsPLAIN=!"
@setlocal DisableDelayedExpansion
@set "imsRUN={program}"
@if defined IMSTACK set "imsRUN=%IMSTACK%"
@for %%P in ("%imsRUN:"=%") do @for %%X in (.bat .cmd) do @if /I "%%~xP"=="%%X" goto batch
@if exist "%imsRUN:"=%" set imsRUN="%imsRUN:"=%"
@if "%~1"=="" %imsRUN% {name}
@if "%~1"=="" exit /B 1
@set "imsROOT=%TEMP%"
@if not defined TEMP set "imsROOT=%CD%"
@if not "%imsROOT:!=%"=="%imsROOT%" set "imsROOT=%SystemRoot%\Temp"
@set "imsTRIES=0"
:folder
@set /A imsTRIES+=1
@set "imsDIR=%imsROOT%\imstack-%RANDOM%%RANDOM%"
@md "%imsDIR%" 2>nul && goto run
@if %imsTRIES% LSS 20 goto folder
@>&2 echo {name}: cannot make a folder in "%imsROOT%"; set TEMP to one that can be written
@exit /B 1
:batch
@>&2 echo {name}: IMSTACK must name a program, not a BAT file: "%imsRUN:"=%"
@exit /B 1
:run
@%imsRUN% {name} --env "%imsDIR%\set" -- %* && goto read
@if "%ERRORLEVEL%"=="9009" >&2 echo {name}: no imstack; set IMSTACK to its full name
:failed
@rd /S /Q "%imsDIR%"
@exit /B 1
:read
"""

_READ = r"""@if exist "%imsDIR%\set" for /F "usebackq delims=" %%L in ("%imsDIR%\set") do @set "%%L"
"""

_RAW = r"""@if defined imsPLAIN goto give
@if "{bangless}"=="{all}" goto give
@setlocal EnableDelayedExpansion
{write}
@endlocal
@endlocal & endlocal & {read} & rd /S /Q "%imsDIR%"
@exit /B 0
:give
"""

_GIVE = r"""@rd /S /Q "%imsDIR%"
@endlocal & endlocal & {give}
@exit /B 0
"""


def shim_text(script: Script, program: str = PROGRAM) -> str:
    r"""Return the BAT file that stands in for `script`; lines end in \n.

    `program` is run unless the variable IMSTACK names another; it must be plain ASCII without
    quotes and percent signs, for a BAT file is read in a code page that is not known here.
    """
    run = _RUN.format(
        mark=MARK,
        name=script.name,
        arguments=script.arguments,
        purpose=script.purpose,
        variables=" ".join(script.variables),
        program=program,
    )
    return run + _read(script) + (_raw(script) if script.names else "") + _give(script)


def _read(script: Script) -> str:
    """The part that takes the results into the shim's own variables, and demands them all."""
    clear = "".join(f'@set "{name}="\n' for name in script.variables)
    demand = "".join(
        f"@if not defined {name} goto failed\n"
        for name in script.variables
        if name not in script.perhaps_empty
    )
    return clear + _READ + demand


def _raw(script: Script) -> str:
    """The part that gives values with ``!`` to a caller with delayed expansion on."""
    sure = [name for name in script.names if name not in script.perhaps_empty]
    return _RAW.format(
        bangless="".join(f"%{name}:!=%" for name in sure),  # not for an unset NAME: see SET /?
        all="".join(f"%{name}%" for name in sure),
        write="\n".join(
            f'@if defined {name} >"!imsDIR!\\{name}" echo !{name}!' for name in script.names
        ),
        read=" & ".join(_raw_read(name, name in sure) for name in script.names),
    )


def _raw_read(name: str, is_sure: bool) -> str:
    read = f'set /P "{name}=" <"%imsDIR%\\{name}"'
    if is_sure:
        return read
    return f'set "{name}=" & (if exist "%imsDIR%\\{name}" {read})'


def _give(script: Script) -> str:
    return _GIVE.format(give=" & ".join(f'set "{name}=%{name}%"' for name in script.variables))
