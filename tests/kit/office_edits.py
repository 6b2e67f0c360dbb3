"""Edits a workbook in LibreOffice as a person does at the screen: run by the Python that has LibreOffice's bridge.

    python3 office_edits.py PIPE IN OUT STEPS

STEPS is JSON: a list of ["go", sheet, range], ["type", sheet, cell, value], ["do", command, {arguments}] or
["unprotect", sheet]. IN and OUT are addresses (file:///…).
"""

import json
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def properties(**values):
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


def connected(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(240):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.25)
    raise TimeoutError(pipe)


def main(pipe, source, target, steps):
    context = connected(pipe)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    dispatcher = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
    document = desktop.loadComponentFromURL(source, "_blank", 0, properties(Hidden=False))
    controller = document.CurrentController
    for kind, *words in steps:
        sheet = None if kind == "do" else document.Sheets.getByName(words[0])
        if kind == "go":
            controller.setActiveSheet(sheet)
            controller.select(sheet.getCellRangeByName(words[1]))
        elif kind == "type":
            controller.setActiveSheet(sheet)
            controller.select(sheet.getCellRangeByName(words[1]))
            dispatcher.executeDispatch(
                controller.Frame, ".uno:EnterString", "", 0, properties(StringName=str(words[2]))
            )
        elif kind == "unprotect":
            sheet.unprotect("")
        elif kind == "do":
            dispatcher.executeDispatch(controller.Frame, f".uno:{words[0]}", "", 0, properties(**words[1]))
    document.storeToURL(target, properties(FilterName="Calc MS Excel 2007 XML"))
    document.close(True)
    desktop.terminate()


if __name__ == "__main__":
    main(*sys.argv[1:4], json.loads(sys.argv[4]))
