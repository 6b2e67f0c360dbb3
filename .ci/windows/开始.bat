@echo off
setlocal DisableDelayedExpansion
if not exist "%~dp0program\packages\perf_xlsx" goto unpack
@FIND@
rem The returns lie beside this file, also where it was opened from a network path: there cmd starts in C:\Windows.
pushd "%~dp0"
@PYTHON@ -m perf_xlsx desk
if errorlevel 1 pause
popd
exit /b

rem Chinese stands only below this line: cmd reads what is above in the code page of the console.
:no_python
chcp 65001 >nul
echo 这台电脑上没有 Python @VERSION@（64 位）。请看“安装说明.txt”。 (Python @VERSION@, 64-bit, is not installed.)
pause
exit /b 2

:unpack
chcp 65001 >nul
echo 请先把压缩包全部解压到一个文件夹，再使用。 (Unpack the whole zip first.)
pause
exit /b 2
