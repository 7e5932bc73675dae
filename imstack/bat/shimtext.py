r"""The text of the BAT files that stand in for the scripts.

Each runs ``imstack NAME --env FILE -- ARGUMENTS``, reads FILE, and sets in its caller what the
script of that name set. What shapes them, line by line:

- A caller may have echo on, so every line begins with ``@``; ``echo off`` would outlive the shim.
- A caller may have delayed expansion on, which would eat ``!`` in arguments and results: it is
  off while those are handled. Whether the caller has it on is told by ``set "_imsPLAIN=!"``,
  which leaves the variable unset then.
- The shim itself reads the caller's variables by ``!NAME!``, for no character of a value that is
  put in so can break the line. IMSTACK may be a program's name, with or without quotes, or a
  program with arguments.
- The results come through a file in a folder of its own. ``md`` fails when the folder is there,
  so two shims that draw the same RANDOM (it is seeded by the second) cannot share one.
- The arguments are passed on one by one and not as ``%*``, for cmd.exe also cuts at commas,
  semicolons and equals signs: ``call focStack list.txt,out.tiff`` gave the script two.
- Without arguments the program is run bare: it prints the usage text.
- Success is ``&&`` after the program, and everything else falls through to the failure. That
  covers exit codes below 0 and 9009, and even a quote left open in the arguments, which would
  swallow the ``&&``.
- Nothing is set unless every result is there. ``endlocal & set ..`` on one line carries values
  out: ``%_NAME%`` is put in before ``endlocal`` is done, and no helper variable gets out.
- With delayed expansion on in the caller, that line would lose each ``!``. Values with ``!`` are
  therefore given by ``set /P`` from files, which looks at no character. (Writing ``^!`` would do
  on Windows, but not in Wine, where these files are tested.)
- Names between percent signs begin with ``_``: in a loop over ``%%i``, Wine takes ``%imsDIR%``
  in a called BAT file for ``%i``.
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
@set "_imsPLAIN=!"
@setlocal EnableDelayedExpansion
@if not defined IMSTACK set "IMSTACK={program}"
@set "_imsRUN=!IMSTACK:"=!"
@for %%P in ("!_imsRUN!") do @for %%X in (.bat .cmd) do @if /I "%%~xP"=="%%X" goto batch
@if exist "!_imsRUN!" (set _imsRUN="!_imsRUN!") else set _imsRUN=!IMSTACK!
@set "_imsROOT=!TEMP!"
@if not defined TEMP set "_imsROOT=!CD!"
@set "_imsSPARE=!SystemRoot!\Temp"
@set "_imsNAME=imstack-!RANDOM!!RANDOM!"
@set "_imsTRY=0"
@setlocal DisableDelayedExpansion
@if "%~1"=="" %_imsRUN% {name}
@if "%~1"=="" exit /B 1
@if not "%_imsROOT:!=%"=="%_imsROOT%" set "_imsROOT=%_imsSPARE%"
:folder
@set /A _imsTRY+=1
@set "_imsDIR=%_imsROOT%\%_imsNAME%-%_imsTRY%"
@md "%_imsDIR%" 2>nul && goto run
@if %_imsTRY% LSS 20 goto folder
@>&2 echo {name}: cannot make a folder in "%_imsROOT%"; set TEMP to one that can be written
@exit /B 1
:batch
@>&2 echo {name}: IMSTACK must name a program, not a BAT file: "!_imsRUN!"
@exit /B 1
:run
@%_imsRUN% {name} --env "%_imsDIR%\set" -- %1 %2 %3 %4 %5 %6 %7 %8 %9 && goto read
@if ERRORLEVEL 9009 if not ERRORLEVEL 9010 >&2 echo {name}: set IMSTACK to imstack's full name
:failed
@rd /S /Q "%_imsDIR%"
@exit /B 1
:read
"""

_READ = (
    r'@if exist "%_imsDIR%\set" for /F "usebackq delims=" %%L in ("%_imsDIR%\set")'
    ' do @set "_%%L"\n'
)

_RAW = r"""@if defined _imsPLAIN goto give
@if "{bangless}"=="{all}" goto give
@setlocal EnableDelayedExpansion
{write}
@endlocal
@endlocal & endlocal & endlocal & {read} & rd /S /Q "%_imsDIR%"
@exit /B 0
:give
"""

_GIVE = r"""@rd /S /Q "%_imsDIR%"
@endlocal & endlocal & endlocal & {give}
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
    clear = "".join(f'@set "_{name}="\n' for name in script.variables)
    demand = "".join(
        f"@if not defined _{name} goto failed\n"
        for name in script.variables
        if name not in script.perhaps_empty
    )
    return clear + _READ + demand


def _raw(script: Script) -> str:
    """The part that gives values with ``!`` to a caller with delayed expansion on."""
    sure = [name for name in script.names if name not in script.perhaps_empty]
    return _RAW.format(
        bangless="".join(f"%_{name}:!=%" for name in sure),  # not for an unset NAME: see SET /?
        all="".join(f"%_{name}%" for name in sure),
        write="\n".join(
            f'@if defined _{name} >"!_imsDIR!\\{name}" echo !_{name}!' for name in script.names
        ),
        read=" & ".join(_raw_read(name, name in sure) for name in script.names),
    )


def _raw_read(name: str, is_sure: bool) -> str:
    read = f'set /P "{name}=" <"%_imsDIR%\\{name}"'
    if is_sure:
        return read
    return f'set "{name}=" & (if exist "%_imsDIR%\\{name}" {read})'


def _give(script: Script) -> str:
    return _GIVE.format(give=" & ".join(f'set "{name}=%_{name}%"' for name in script.variables))
