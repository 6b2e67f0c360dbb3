@echo off
setlocal DisableDelayedExpansion
if not exist "%~dp0program\packages\perf_xlsx" goto unpack
@FIND@
rem Paths that were dropped are taken from cmd's own line: a name with an ampersand is cut in two in the parameters.
rem The exit at the end is needed: after it cmd would run the second half of such a name.
set "PERF_XLSX_BAT=%~nx0"
setlocal EnableDelayedExpansion
set "PERF_XLSX_LINE=!cmdcmdline!"
setlocal DisableDelayedExpansion
@PYTHON@ "%~dp0program\dropped.py"
set "CODE=%errorlevel%"
pause
exit %CODE%

rem Chinese stands only below this line: cmd reads what is above in the code page of the console.
:no_python
chcp 65001 >nul
echo 这台电脑上没有 Python @VERSION@（64 位）。请看“安装说明.txt”。 (Python @VERSION@, 64-bit, is not installed.)
pause
exit 2

:unpack
chcp 65001 >nul
echo 请先把压缩包全部解压到一个文件夹，再使用。 (Unpack the whole zip first.)
pause
exit 2
