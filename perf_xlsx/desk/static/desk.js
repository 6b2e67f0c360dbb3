/* Plain script for browsers of 2018: without it every page still works, more slowly. */
(function () {
  "use strict";
  document.documentElement.classList.add("scripted");
  const body = document.body;
  const token = body.getAttribute("data-token");
  const one = (selector) => document.querySelector(selector);

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
      request.onerror = () => { resolve({ name: name, taken: false, words: "上传中断。页面可能放得太久，请刷新后再试；还不行的，请检查网络。" }); };
      request.send(form);
    });
  }

  async function sendAll(files) {
    const zone = one("#drop");
    const bar = one("#sent");
    const said = one(".drop-said");
    const refused = one(".refused");
    if (!files.length || zone.classList.contains("busy")) { return; }
    zone.classList.add("busy");
    refused.textContent = "";
    one(".sending").hidden = false;
    let taken = 0;
    for (let at = 0; at < files.length; at += 1) {
      one(".sending-words").textContent = (at + 1) + "/" + files.length + "　" + files[at].name;
      const told = await send(files[at].file, files[at].name, (part) => { bar.value = (at + part) / files.length; });
      if (told.taken) { taken += 1; }
      if (told.words) {
        const line = document.createElement("li");
        line.textContent = told.name + "：" + told.words;
        refused.appendChild(line);
        refused.hidden = false;
      }
    }
    one(".sending").hidden = true;
    zone.classList.remove("busy");
    said.textContent = "收到" + taken + "份" + (refused.children.length ? "，下面的请看一下。" : "。");
    if (taken && body.getAttribute("data-here") === "home") { startRun(); }
    if (taken && body.getAttribute("data-here") === "unit") { waitForMine(refused.children.length === 0); }
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
      if (now.busy) { window.setTimeout(look, 700); } else { show(); }
    }).catch(() => {
      failures += 1;
      if (failures < 20) { window.setTimeout(look, 2000); } else { words.textContent = "网页没有应答，请看它是否还开着，再刷新。"; }
    });
    look();
  }

  function show() {
    if (one(".refused") && one(".refused").children.length) {
      one("#run h2").textContent = "评完了";
      one(".running form").hidden = true;
      one("#run-words").innerHTML = "";
      const link = document.createElement("a");
      link.href = "/";
      link.textContent = "显示结果";
      one("#run-words").appendChild(link);
    } else {
      window.location.reload();
    }
  }

  /* ---- a unit's own returns */

  function waitForMine(reload) {
    const words = one("#mine-words");
    words.textContent = "正在评分，评完后自动显示。";
    const look = () => get("/mine").then((now) => {
      if (now.waiting) { window.setTimeout(look, 1500); return; }
      if (reload) { window.location.reload(); return; }
      words.innerHTML = "";
      const link = document.createElement("a");
      link.href = "/";
      link.textContent = "评完了，显示结果";
      words.appendChild(link);
    }).catch(() => window.setTimeout(look, 4000));
    look();
  }

  if (one("#drop")) { prepareDrop(one("#drop")); }
  if (one("#run") && one("#run").getAttribute("data-busy") === "1") { watch(); }
  if (one("#waits") && one("#waits").getAttribute("data-waits") === "1") { waitForMine(true); }
  if (one("#print")) { one("#print").addEventListener("click", () => window.print()); }
}());
