@echo off
setlocal DisableDelayedExpansion
@FIND@
@PYTHON@ -m perf_xlsx %*
exit /b

:no_python
chcp 65001 >nul
echo 这台电脑上没有 Python @VERSION@（64 位）。请看“安装说明.txt”。 (Python @VERSION@, 64-bit, is not installed.) 1>&2
exit /b 2
