"""LibreOffice kept open, which converts and edits what it is told: run by the Python that has its bridge.

    python3 office.py SOFFICE

Each line that it reads is a task as JSON: `source` and `target` are addresses (file:///…), `kind` is an extension or
one with the name of a filter ("ods", "xls:MS Excel 97"), and `steps` is what a person does at the screen: a list of
["go", sheet, range], ["type", sheet, cell, value], ["do", command, {arguments}] or ["unprotect", sheet]. Without a
target, what the cells show is told instead. Each is answered by a line of JSON, with `done` or with `wrong`. It ends
when nobody writes to it any more.
"""

import json
import secrets
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

WRITER = "com.sun.star.text.TextDocument"
# What an extension means where the filter is not named.
FILTERS = {
    "html": "HTML (StarCalc)",
    "ods": "calc8",
    "pdf": "calc_pdf_Export",
    "xls": "MS Excel 97",
    "xlsx": "Calc MS Excel 2007 XML",
}
WRITER_FILTERS = {"pdf": "writer_pdf_Export"}


def properties(**values):
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


def connected(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(1200):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.05)
    raise TimeoutError(pipe)


def filter_of(kind, document):
    extension, _, named = kind.partition(":")
    usual = WRITER_FILTERS if document.supportsService(WRITER) else FILTERS
    return named or usual[extension]


def done(context, desktop, source, target, kind, steps):
    """A workbook (or document) opened, edited as a person does, and saved under another name."""
    how = properties(Hidden=False) if steps else properties(Hidden=True, ReadOnly=True, Silent=True)
    document = desktop.loadComponentFromURL(source, "_blank", 0, how)
    try:
        if steps:
            edit(context, document, steps)
        if not target:
            return {sheet.Name: shown(sheet) for sheet in document.Sheets}
        document.storeToURL(target, properties(FilterName=filter_of(kind, document), Overwrite=True))
        return None
    finally:
        document.close(True)


def shown(sheet):
    """Rows from the first on: numbers, texts ("" of an empty cell), and errors as they are printed."""
    end = sheet.createCursor()
    end.gotoEndOfUsedArea(False)
    last = end.RangeAddress
    rows = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow).getDataArray()
    return [
        [sheet.getCellByPosition(x, y).String if value is None else value for x, value in enumerate(row)]
        for y, row in enumerate(rows)
    ]


def edit(context, document, steps):
    dispatcher = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
    controller = document.CurrentController
    for kind, *words in steps:
        sheet = None if kind == "do" else document.Sheets.getByName(words[0])
        if kind in ("go", "type"):
            controller.setActiveSheet(sheet)
            controller.select(sheet.getCellRangeByName(words[1]))
        if kind == "type":
            typed = properties(StringName=str(words[2]))
            dispatcher.executeDispatch(controller.Frame, ".uno:EnterString", "", 0, typed)
        elif kind == "unprotect":
            sheet.unprotect("")
        elif kind == "do":
            dispatcher.executeDispatch(controller.Frame, f".uno:{words[0]}", "", 0, properties(**words[1]))


def serve(context):
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    for line in sys.stdin:
        try:
            answer = {"done": done(context, desktop, **json.loads(line))}
        except Exception:
            answer = {"wrong": traceback.format_exc()}
        print(json.dumps(answer), flush=True)
    desktop.terminate()


def main(soffice):
    pipe = f"office{secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory(prefix="libreoffice") as profile:
        words = [soffice, f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--invisible",
                 "--norestore", "--nodefault", f"--accept=pipe,name={pipe};urp;"]  # fmt: skip
        nowhere = subprocess.DEVNULL
        office = subprocess.Popen(words, stdin=nowhere, stdout=nowhere, stderr=nowhere)
        try:
            serve(connected(pipe))
            office.wait(60)
        finally:
            office.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
