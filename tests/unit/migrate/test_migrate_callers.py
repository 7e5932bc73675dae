"""Whole callers as authors write them: their scripts run to the end, or say where a human must."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from imstack.migrate import migrate
from imstack.migrate.emit_sh import sh_script

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt" or not shutil.which("sh"), reason="needs sh")

STUB = """\
#!/bin/sh
name=${0##*/}
[ "$1" != --env ] || shift 3
printf '%s\\n' "$name $*" >>"$LOG"
[ ! -e "$LOG.$name" ] || exit 1
case $name in
focStack) out=${2:-fs.tiff}; : >"$out"; printf '%s\\n' "fsOUTFILE='$out'" fsVP_MASK=m.miff ;;
whatTrans) printf '%s\\n' wtX=-8 wtY=1 wtSCORE=0.05 wtDODGY=0 ;;
whatScalePrec) printf '%s\\n' wspSCALE=0.98 wspFACT=1.0001 wspDODGY=0 ;;
mSRTdelta) printf '%s\\n' x0=10 y0=20 x1=11 y1=21 ;;
whichPix) printf '%s\\n' "wpOUTFILE='${3:-wp.tiff}'" wpDEBUG_MASK=mask.tiff ;;
identify) case $* in *PREC=*) echo PREC=1.0002 ;; *f1=*) echo f1=0.96 ;; *) echo 640 480 ;; esac ;;
esac
"""
PROGRAMS = (
    "focStack", "whatTrans", "whatScalePrec", "mSRTdelta", "whichPix", "convert", "identify",
)  # fmt: skip

WALK_THROUGH = r"""
set WEB_SIZE=-resize 500x500
set SRC1=a.jpg
set SRC2=B.JPG
set SRC3=c.jpg
for /F "usebackq" %%L ^
in (`%IM%identify ^
  -format "PREC=%%[fx:1+1/max(w,h)]" %SRC1%`) ^
do set %%L
call %PICTBAT%whatScalePrec %SRC1% %SRC2% 0.9 1.1 10 %PREC%
if ERRORLEVEL 1 exit /B 1
set SCALE1=%wspSCALE%
call %PICTBAT%whatScalePrec %SRC2% %SRC3% 0.9 1.1 10 %PREC%
if ERRORLEVEL 1 exit /B 1
set SCALE2=%wspSCALE%
for /F "usebackq" %%L ^
in (`%IM%identify ^
  -precision 9 ^
  -format "f1=%%[fx:%SCALE1%*%SCALE2%]" xc:`) ^
do set %%L
%IM%convert %SRC1% -virtual-pixel Edge -distort SRT %f1%,0 -write fs_s1.tiff %WEB_SIZE% ^
  fs_s1_sm.jpg
call %PICTBAT%whatTrans fs_s1.tiff fs_s2.tiff
set wtX1=%wtX%
set wtY1=%wtY%
call %PICTBAT%whatTrans fs_s2.tiff %SRC3%
set wtX2=%wtX%
set wtY2=%wtY%
set /A wtX1+=%wtX%
set /A wtY1+=%wtY%
echo wtX1=%wtX1% wtY1=%wtY1%  wtX2=%wtX2% wtY2=%wtY2%
call %PICTBAT%mSRTdelta %SRC1% %wtX1% %wtY1%
set SRT1=%x0%,%y0%,%f1%,0,%x1%,%y1%
%IM%convert %SRC1% -virtual-pixel Edge -distort SRT %SRT1% -write fs_s1b.tiff fs_s1b_sm.jpg
set wpDEBUG=1
call %PICTBAT%whichPix fs_s1b.tiff fs_s2b.tiff fs_wp1.tiff
%IM%convert %wpDEBUG_MASK% %WEB_SIZE% fs_mask1_sm.png
call %PICTBAT%focStack focStackList.txt fs_stacked.tiff
%IM%convert fs_stacked.tiff %WEB_SIZE% fs_stacked_sm.jpg
"""

# Each: the caller, its arguments, the exit code, the calls that are made, what is printed.
CALLERS: dict[str, tuple[str, list[str], int, list[str], str]] = {
    "the seed's walk-through": (WALK_THROUGH, [], 0, [
        "identify -format PREC=%[fx:1+1/max(w,h)] a.jpg",
        "whatScalePrec a.jpg B.JPG 0.9 1.1 10 1.0002",
        "whatScalePrec B.JPG c.jpg 0.9 1.1 10 1.0002",
        "identify -precision 9 -format f1=%[fx:0.98*0.98] xc:",
        "convert a.jpg -virtual-pixel Edge -distort SRT 0.96,0 -write fs_s1.tiff -resize 500x500"
        " fs_s1_sm.jpg",
        "whatTrans fs_s1.tiff fs_s2.tiff",
        "whatTrans fs_s2.tiff c.jpg",
        "mSRTdelta a.jpg -16 2",
        "convert a.jpg -virtual-pixel Edge -distort SRT 10,20,0.96,0,11,21 -write fs_s1b.tiff"
        " fs_s1b_sm.jpg",
        "whichPix fs_s1b.tiff fs_s2b.tiff fs_wp1.tiff",
        "convert mask.tiff -resize 500x500 fs_mask1_sm.png",
        "focStack focStackList.txt fs_stacked.tiff",
        "convert fs_stacked.tiff -resize 500x500 fs_stacked_sm.jpg",
    ], "wtX1=-16 wtY1=2  wtX2=-8 wtY2=1\n"),
    "defaults and a small copy": (r"""@echo off
setlocal
set LIST=%~1
if "%LIST%"=="" set LIST=list.txt
set OUT=%~2
if not defined OUT set OUT=stacked.tiff
if not exist "%LIST%" (
  echo No list %LIST%
  exit /b 2
)
call %PICTBAT%focStack "%LIST%" "%OUT%"
if errorlevel 1 goto failed
%IM%convert "%fsOUTFILE%" -resize 50%% "%fsOUTFILE:.tiff=.jpg%"
endlocal
exit /b 0
:failed
echo Stacking failed
exit /b 1
""", [], 0, ["focStack list.txt stacked.tiff", "convert stacked.tiff -resize 50% stacked.jpg"], ""),
    "its missing list": ("@if not exist %1 (echo No %1& exit /b 2)\ncall focStack %1\n",
                         ["x.txt"], 2, [], "No x.txt\n"),
    "a list made anew": (r"""@echo off
if exist new.txt del new.txt
for %%F in (*.jpg) do echo %%F>>new.txt
call %PICTBAT%focStack new.txt all.tiff || exit /b 1
type new.txt>seen.txt
for /F "delims=" %%L in (seen.txt) do echo - %%L
del new.txt seen.txt
""", [], 0, ["focStack new.txt all.tiff"], "- a.jpg\n- B.JPG\n- c.jpg\n"),
    "every folder": (r"""@echo off
for /D %%D in (stack*) do (
  pushd %%D
  dir /b *.jpg >list.txt
  call %PICTBAT%focStack list.txt ..\%%~nD.tiff
  if errorlevel 1 (
    echo %%D failed
  ) else (
    %IM%convert ..\%%~nD.tiff -quality 90 ..\%%~nD.jpg
  )
  popd
)
""", [], 0, [
        "focStack list.txt ../stack 1.tiff", "convert ../stack 1.tiff -quality 90 ../stack 1.jpg",
        "focStack list.txt ../stack2.tiff", "convert ../stack2.tiff -quality 90 ../stack2.jpg",
    ], ""),
    "a subroutine with parameters": (r"""@echo off
call :one a.txt a.tiff
call :one b.txt b.tiff
if errorlevel 1 echo b failed
goto :eof

:one
echo stacking %1 to %2
call %PICTBAT%focStack %1 %2
if errorlevel 1 exit /b 1
%IM%convert %2 -resize 800x800^> %~n2.jpg
exit /b 0
""", [], 0, [
        "focStack a.txt a.tiff", "convert a.tiff -resize 800x800> a.jpg",
        "focStack b.txt b.tiff", "convert b.tiff -resize 800x800> b.jpg",
    ], "stacking a.txt to a.tiff\nstacking b.txt to b.tiff\n"),
    "the size decides": (r"""@echo off
for /F "tokens=1,2" %%A in ('%IM%identify -format "%%w %%h\n" a.jpg') do (
  set W=%%A
  set H=%%B
)
set /A HALF=W/2
if %W% GTR 500 (
  %IM%convert a.jpg -resize %HALF%x b.tif
) else (
  %IM%convert a.jpg b.tif
)
if 0.98 LSS 1 echo as texts
""", [], 0, ["identify -format %w %h\\n a.jpg", "convert a.jpg -resize 320x b.tif"], "as texts\n"),
    "all arguments by shift": (r"""@echo off
:next
if "%~1"=="" goto done
%IM%convert "%~1\a.jpg" "%~1.tiff"
shift
goto next
:done
echo all done
""", ["x y", "z"], 0, ["convert x y/a.jpg x y.tiff", "convert z/a.jpg z.tiff"], "all done\n"),
    "dropped files": (r"""@echo off
break>list.txt
for %%F in (%*) do echo %%~F>>list.txt
call %PICTBAT%focStack list.txt out.tiff
for /F %%L in (list.txt) do echo [%%L]
""", ["q.jpg", "s.jpg"], 0, ["focStack list.txt out.tiff"],
        "[q.jpg]\n[s.jpg]\n"),
    "lines of a list": (r"""@echo off
set N=0
for /F "usebackq delims=" %%F in ("list.txt") do (
  set /A N+=1
  %IM%convert "%%F" -resize 25%% "small_%%~nF.jpg"
)
echo %N% photos
""", [], 0, ["convert a.jpg -resize 25% small_a.jpg", "convert b c.jpg -resize 25% small_b c.jpg"],
        "2 photos\n"),
    "and, or": (r"""call %PICTBAT%focStack a.txt && (
  echo good
  %IM%convert fs.tiff a.jpg
) || (
  echo bad
  exit /b 3
)
echo end
""", [], 0, ["focStack a.txt", "convert fs.tiff a.jpg"], "good\nend\n"),
    "counting while delayed": (r"""@echo off
setlocal enabledelayedexpansion
set N=0
for %%F in (*.jpg) do (
  set /A N+=1
  echo !N!: %%F
  if !N! LEQ 2 echo %%F>>first.txt
)
call %PICTBAT%focStack first.txt first.tiff
""", [], 0, ["focStack first.txt first.tiff"], "1: a.jpg\n2: B.JPG\n3: c.jpg\n"),
    "a log with times": (r"""set LOGF=stack.log
echo %DATE% %TIME% start >>%LOGF%
call %PICTBAT%focStack list.txt
echo %DATE% %TIME% end >>%LOGF%
echo logged
""", [], 0, ["focStack list.txt"], "logged\n"),
    "try again": (r"""@echo off
set TRY=0
:again
call %PICTBAT%focStack list.txt out.tiff
if not errorlevel 1 goto ok
set /A TRY+=1
if %TRY% LSS 3 goto again
echo gave up
exit /b 1
:ok
echo ok after %TRY%
""", [], 0, ["focStack list.txt out.tiff"], "ok after 0\n"),
    "neighbours": (r"""@echo off
setlocal enabledelayedexpansion
set PREV=
for %%F in (*.jpg) do (
  if not "!PREV!"=="" (
    call %PICTBAT%whatTrans !PREV! %%F
    echo !PREV! %%F !wtX! !wtY!
  )
  set PREV=%%F
)
""", [], 0, ["whatTrans a.jpg B.JPG", "whatTrans B.JPG c.jpg"],
        "a.jpg B.JPG -8 1\nB.JPG c.jpg -8 1\n"),
    "modes": (r"""@echo off
if /i "%1"=="small" goto small
if /i "%1"=="big" goto big
echo Usage: stack small or big
exit /b 9
:small
set SIZE=500x500
goto go
:big
set SIZE=2000x2000
:go
call %PICTBAT%focStack list.txt out.tiff
if errorlevel 1 exit /b
%IM%convert out.tiff -resize %SIZE% out.jpg
""", ["BIG"], 0, ["focStack list.txt out.tiff", "convert out.tiff -resize 2000x2000 out.jpg"], ""),
    "a folder for the work": (r"""set WORK=work
if not exist %WORK%\nul md %WORK%
call %PICTBAT%focStack list.txt %WORK%\o.tiff
if exist %WORK%\o.tiff echo made
rd /s /q %WORK%
if not exist %WORK% echo gone
""", [], 0, ["focStack list.txt work/o.tiff"], "made\ngone\n"),
    "loops with one variable": (r"""@echo off
for %%F in (*.jpg) do (
  for %%F in (x y) do echo %%F
  echo %%F
)
""", [], 0, [], "x\ny\na.jpg\nx\ny\nB.JPG\nx\ny\nc.jpg\n"),
    "a question": ("@set /P A=Go on?\n@if not \"%A%\"==\"y\" exit /b 1\ncall focStack list.txt\n",
                   [], 70, [], ""),
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).write_text(STUB)
        (programs / name).chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    for name in ("a.jpg", "B.JPG", "c.jpg"):
        (work / name).write_text("")
    (work / "list.txt").write_text("a.jpg\r\nb c.jpg\r\n")
    for name in ("stack 1", "stack2"):
        (work / name).mkdir()
        (work / name / "p.jpg").write_text("")
    return tmp_path


def ran(place: Path, text: str, args: list[str]) -> tuple[int, list[str], str]:
    script = place / "caller.sh"
    script.write_text(sh_script(migrate(text.replace("\n", "\r\n").encode(), "caller.bat")))
    path = f"{place / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", str(script), *args], cwd=place / "work", capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": path, "LOG": str(place / "log")},
    )  # fmt: skip
    log = place / "log"
    return done.returncode, log.read_text().splitlines() if log.exists() else [], done.stdout


@pytest.mark.parametrize("name", CALLERS)
def test_a_caller_comes_over_whole(place: Path, name: str) -> None:
    text, args, code, calls, output = CALLERS[name]
    assert ran(place, text, args) == (code, calls, output)


@pytest.mark.parametrize(
    ("name", "fails", "code", "output"),
    [
        ("defaults and a small copy", "focStack", 1, "Stacking failed\n"),
        ("and, or", "focStack", 3, "bad\n"),
        ("and, or", "convert", 3, "good\nbad\n"),
        ("try again", "focStack", 1, "gave up\n"),
        ("every folder", "focStack", 1, "stack 1 failed\nstack2 failed\n"),
        (
            "a subroutine with parameters",
            "focStack",
            1,
            "stacking a.txt to a.tiff\nstacking b.txt to b.tiff\nb failed\n",
        ),
        ("modes", "focStack", 1, ""),
    ],
)
def test_a_failure_goes_the_same_way(
    place: Path, name: str, fails: str, code: int, output: str
) -> None:
    (place / f"log.{fails}").write_text("")
    text, args, *_ = CALLERS[name]
    done = ran(place, text, args)
    assert (done[0], done[2]) == (code, output)


def test_what_no_script_can_tell_is_said(place: Path) -> None:
    """A name that only the computer of the BAT file knows; and a sum over what is no number."""
    assert ran(place, "call focStack %COMPUTERNAME%.txt\n", [])[:2] == (70, [])
    assert ran(place, "call whatTrans a b\nset /A A=%wtSCORE%+1\n", [])[0] == 70
    text = "call focStack %TEMP%\\l.txt\n"
    assert ran(place, text, [])[1][-1].startswith("focStack /")


def test_clocks_are_warned_of() -> None:
    plan = migrate(b"echo %DATE% %TIME%\r\n", "caller.bat")
    assert [(warning.line, warning.code) for warning in plan.warnings] == [(1, "clock")]


def test_a_value_lost_behind_endlocal_is_warned_of() -> None:
    text = b"set A=1\r\nsetlocal\r\nset A=2\r\nendlocal\r\necho %A%\r\n"
    assert [(w.line, w.code) for w in migrate(text, "c.bat").warnings] == [(5, "variables-lost")]
