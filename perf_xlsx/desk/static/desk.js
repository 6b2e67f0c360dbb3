/* Plain script for browsers of 2018: without it every page still works, more slowly. */
(function () {
  "use strict";
  document.documentElement.classList.add("scripted");
  const body = document.body;
  const here = body.getAttribute("data-here");
  const token = body.getAttribute("data-token");
  const one = (selector) => document.querySelector(selector);

  const GONE = "网页没有应答，没有接收：它可能正在重新启动，或启动它的窗口已经关了。请看那个窗口，用它显示的地址（或双击“开始.bat”）重新打开，再放入。";

  function get(address) {
    return fetch(address, { credentials: "same-origin" }).then((answer) => {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    });
  }

  /* ---- sending: one file after another, so that each is told apart and none is too large for a form */

  function send(file, name, progress) {
    return new Promise((resolve) => {
      const form = new FormData();
      form.append("modified", String(file.lastModified || 0));
      form.append("files", file, name);
      const request = new XMLHttpRequest();
      request.open("POST", "/drop");
      request.setRequestHeader("X-Token", token);
      request.upload.onprogress = (event) => { progress(event.lengthComputable ? event.loaded / event.total : 0); };
      request.onload = () => {
        let told = null;
        try { told = JSON.parse(request.responseText)[0]; } catch (error) { told = null; }
        const words = request.status === 413 ? "文件太大，没有接收。" : (request.responseText.length < 200 ? request.responseText : "没有接收，请刷新页面再试。");
        resolve(request.status === 200 && told ? told : { name: name, taken: false, words: words });
      };
      request.onerror = () => {
        fetch("/static/desk.css", { cache: "no-store" }).then(() => "上传中断，没有接收。请刷新页面再试。", () => GONE)
          .then((words) => resolve({ name: name, taken: false, words: words }));
      };
      request.send(form);
    });
  }

  async function sendAll(files) {
    const zone = one("#drop");
    const bar = one("#sent");
    const refused = [];
    const renamed = [];
    if (!files.length || zone.classList.contains("busy")) { return; }
    zone.classList.add("busy");
    tell("", []);
    one(".sending").hidden = false;
    let taken = 0;
    for (let at = 0; at < files.length; at += 1) {
      one(".sending-words").textContent = (at + 1) + "/" + files.length + "　" + files[at].name;
      const told = await send(files[at].file, files[at].name, (part) => { bar.value = (at + part) / files.length; });
      if (told.taken) { taken += 1; }
      if (told.words) { (told.taken ? renamed : refused).push(told.name + "：" + told.words); }
    }
    one(".sending").hidden = true;
    zone.classList.remove("busy");
    const lines = refused.concat(renamed);
    const said = "收到" + taken + "份" + (refused.length ? "，没有接收" + refused.length + "份" : "") + (lines.length ? "，请看下面。" : "。");
    tell(said, lines);
    if (!taken) { return; }
    if (lines.length) { keep("dropped", { said: said, lines: lines }); }
    if (here === "home") { startRun(); }
    if (here === "unit") { waitForMine(); }
  }

  /* What was said about a drop; it is still to be seen when the page has been loaded anew with the results. */
  function tell(said, lines) {
    const list = one(".refused");
    one(".drop-said").textContent = said;
    list.textContent = "";
    lines.forEach((words) => {
      const line = document.createElement("li");
      line.textContent = words;
      list.appendChild(line);
    });
    list.hidden = !lines.length;
  }

  function keep(name, value) {
    try { window.sessionStorage.setItem(name, JSON.stringify(value)); } catch (error) { /* it is full or forbidden */ }
  }

  function kept(name, stays) {
    try {
      const text = window.sessionStorage.getItem(name);
      if (!stays) { window.sessionStorage.removeItem(name); }
      return text ? JSON.parse(text) : null;
    } catch (error) { return null; }
  }

  function hidden(name) {
    return /^(~\$|\.)/.test(name.split("/").pop());
  }

  /* The name without the one folder that was chosen: it says nothing that tells files apart. */
  function within(name) {
    return name.replace(/^[^/]+\//, "");
  }

  function chosen(list) {
    return Array.prototype.filter.call(list, (file) => !hidden(file.name))
      .map((file) => ({ file: file, name: within(file.webkitRelativePath || file.name) }));
  }

  function entriesOf(reader) {
    return new Promise((resolve) => {
      const all = [];
      const more = () => reader.readEntries((some) => {
        if (!some.length) { resolve(all); return; }
        all.push.apply(all, some);
        more();
      }, () => resolve(all));
      more();
    });
  }

  async function walked(entry, before) {
    const name = before + entry.name;
    if (entry.isFile) {
      const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
      return file && !hidden(name) ? [{ file: file, name: name }] : [];
    }
    const found = [];
    for (const inner of await entriesOf(entry.createReader())) {
      found.push.apply(found, await walked(inner, name + "/"));
    }
    return found;
  }

  async function dropped(transfer) {
    const items = Array.prototype.slice.call(transfer.items || []);
    const entries = items.map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
    if (!entries.length) { return chosen(transfer.files); }
    const found = [];
    for (const entry of entries) { found.push.apply(found, await walked(entry, "")); }
    return entries.length > 1 ? found : found.map((one) => ({ file: one.file, name: within(one.name) }));
  }

  function prepareDrop(zone) {
    const folder = one(".folder");
    if ("webkitdirectory" in one("#folder")) { folder.hidden = false; }
    ["#files", "#folder"].forEach((name) => {
      const input = one(name);
      const label = one("label[for=" + name.slice(1) + "]");
      input.addEventListener("change", () => { sendAll(chosen(input.files)).then(() => { input.value = ""; }); });
      input.addEventListener("focus", () => label.classList.add("focused"));
      input.addEventListener("blur", () => label.classList.remove("focused"));
    });
    zone.addEventListener("submit", (event) => event.preventDefault());
    document.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) { zone.classList.remove("over"); } });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      dropped(event.dataTransfer).then(sendAll);
    });
  }

  /* ---- files that are dropped on another page: into the field that is meant, never opened in their place */

  function taking(name) {
    return Array.prototype.filter.call(document.querySelectorAll("input[type=file]"), (input) => (
      input.accept.split(",").some((suffix) => name.toLowerCase().endsWith(suffix))));
  }

  function meant(target, files) {
    for (let at = target; at && at.querySelectorAll && at !== body && at.tagName !== "FORM"; at = at.parentElement) {
      const inputs = at.querySelectorAll("input[type=file]");
      if (inputs.length === 1) { return [[inputs[0], files]]; }
    }
    const found = [];
    files.forEach((file) => {
      const inputs = taking(file.name);
      const before = found.filter((pair) => pair[0] === inputs[0])[0];
      if (inputs.length !== 1) { found.push([null, [file]]); } else if (before) { before[1].push(file); } else { found.push([inputs[0], [file]]); }
    });
    return found;
  }

  function put(input, files) {
    if (!input) { return files[0].name + "：请拖到要选的那一栏上，或按那一栏的按钮选它。"; }
    if (files.length > 1 && !input.multiple) { return "这一栏一次选一份。"; }
    try {
      const given = new DataTransfer();
      files.forEach((file) => given.items.add(file));
      input.files = given.files;
    } catch (error) { return "这个浏览器不能这样放，请按按钮选文件。"; }
    return "已选：" + files.map((file) => file.name).join("、");
  }

  function prepareOthers() {
    const words = document.createElement("p");
    words.className = "told";
    words.setAttribute("role", "status");
    words.hidden = true;
    one("main").insertBefore(words, one("main").firstChild);
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      const files = Array.prototype.slice.call(event.dataTransfer.files);
      if (!files.length) { return; }
      words.hidden = false;
      words.textContent = one("input[type=file]") ? meant(event.target, files).map((pair) => put(pair[0], pair[1])).join("　")
        : "这一页不收文件，没有接收。自评表请在第一页放入。";
    });
  }

  /* ---- the run */

  function startRun() {
    const request = new XMLHttpRequest();
    request.open("POST", "/score");
    request.setRequestHeader("X-Token", token);
    request.onload = () => watch();
    request.send();
  }

  let watched = false;

  function watch() {
    if (watched) { return; }
    watched = true;
    const running = one(".running");
    const bar = one("#bar");
    const words = one("#run-words");
    running.hidden = false;
    one("#run h2").textContent = "正在评分";
    document.querySelectorAll("#run .idle").forEach((idle) => { idle.hidden = true; });
    let last = "";
    let failures = 0;
    let told = 0;
    const look = () => get("/progress").then((now) => {
      failures = 0;
      bar.max = now.total || 1;
      bar.value = now.done;
      const left = now.left ? "，还需" + now.left : "";
      const text = now.stage === "finishing" ? now.done + "/" + now.total + "份，正在写汇总和退回意见……"
        : now.done + "/" + now.total + "份" + left + (now.words ? "（" + now.words + "）" : "") + (now.file ? "　" + now.file : "");
      if (text !== last) { words.textContent = text; last = text; }
      if (Date.now() - told > 10000) { one("#run-said").textContent = text; told = Date.now(); }
      if (now.busy) { window.setTimeout(look, 700); } else { show(now); }
    }).catch(() => {
      failures += 1;
      if (failures < 20) { window.setTimeout(look, 2000); } else { words.textContent = "网页没有应答，请看它是否还开着，再刷新。"; }
    });
    look();
  }

  function show(now) {
    const ends = { done: "评完了，", stopped: "已停止，", failed: "没有评完，" };
    keep("ended", (ends[now.stage] || "") + now.done + "/" + now.total + "份" + (now.words ? "（" + now.words + "）" : "") + "。");
    window.location.reload();
  }

  /* After the page was loaded anew: what the drop and the run came to, also for who hears the page. */
  function resume() {
    const busy = one("#run") && one("#run").getAttribute("data-busy") === "1";
    const dropped = kept("dropped", busy);
    const ended = kept("ended", busy);
    if (dropped && one(".refused")) { tell(dropped.said, dropped.lines); }
    const region = one("#run-said") || one("#mine-words");
    if (ended && region && !busy) { window.setTimeout(() => { region.textContent = ended; }, 500); }
  }

  /* ---- a unit's own returns */

  function waitForMine() {
    const words = one("#mine-words");
    words.textContent = "正在评分，评完后自动显示。";
    const look = () => get("/mine").then((now) => {
      if (now.waiting) { window.setTimeout(look, 1500); return; }
      keep("ended", "评完了，结果在下面。");
      window.location.reload();
    }).catch(() => window.setTimeout(look, 4000));
    look();
  }

  if (one("#drop")) { prepareDrop(one("#drop")); resume(); } else { prepareOthers(); }
  document.querySelectorAll("form[data-ask]").forEach((form) => {
    form.addEventListener("submit", (event) => { if (!window.confirm(form.getAttribute("data-ask"))) { event.preventDefault(); } });
  });
  if (one("#run") && one("#run").getAttribute("data-busy") === "1") { watch(); }
  if (one("#waits") && one("#waits").getAttribute("data-waits") === "1") { waitForMine(); }
  if (one("#print")) { one("#print").addEventListener("click", () => window.print()); }
}());
