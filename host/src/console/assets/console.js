// The console's behaviour where a browser runs scripts. Pages work without it: forms are forms, links are links.
// Nothing here makes HTML of text: parts of pages are fetched as documents and their nodes moved over.
"use strict";
(() => {
  const body = document.body;
  const token = body.dataset.csrf;

  // Asks for a page as a document, or sends fields. `done` gets the document (or none) and the status.
  const ask = (method, address, fields, done) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.responseType = "document";
    // An answer without a body would be read as XML, and what a browser says of that has styles of its own.
    request.overrideMimeType("text/html; charset=utf-8");
    request.setRequestHeader("Accept", "text/html");
    request.setRequestHeader("X-Switchboard-Background", "1");
    if (token) request.setRequestHeader("X-CSRF-Token", token);
    request.onload = () => done(request.response, request.status, request);
    request.onerror = () => done(null, 0, request);
    request.send(fields === null ? null : new URLSearchParams(fields));
    return request;
  };

  // Puts the part of that id from another document in the place of this page's. What is being typed stays.
  const replace = (id, from) => {
    const here = document.getElementById(id);
    const fresh = from && from.getElementById(id);
    if (!here || !fresh) return false;
    if (here.isEqualNode(fresh)) return false;
    const focused = here.contains(document.activeElement) ? document.activeElement.id : "";
    const scroll = here.scrollTop;
    const atEnd = here.scrollHeight - here.clientHeight - scroll < 80;
    here.replaceWith(document.adoptNode(fresh));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    begin(fresh);
    // Whoever reads further up stays there.
    if (!atEnd || fresh.dataset.end === undefined) fresh.scrollTop = scroll;
    return true;
  };

  const say = (text, kind) => {
    const place = document.getElementById("notice");
    if (!place) return;
    const note = document.createElement("p");
    note.className = `note ${kind}`;
    note.textContent = text;
    place.replaceChildren(note);
    place.scrollIntoView({ block: "nearest" });
  };

  const reason = (page, status) => page?.getElementById("problem")?.textContent || `${status}`;

  const later = (work, delay) => {
    let timer = 0;
    return (...given) => {
      clearTimeout(timer);
      timer = setTimeout(() => work(...given), delay);
    };
  };

  // data-live="ADDRESS" on a part with an id: a stream says when there is something new; the part is fetched again.
  const live = (part) => {
    const id = part.id;
    let lost = null;
    let wanted = false;
    let busy = false;
    const refresh = () => {
      wanted = true;
      if (busy) return;
      busy = true;
      wanted = false;
      ask("GET", location.href, null, (page, status) => {
        busy = false;
        if (status === 401) { location.reload(); return; }
        if (status === 200) {
          const part = document.getElementById(id);
          const parts = (part?.dataset.parts || "").split(" ").filter(Boolean);
          for (const each of parts.length ? parts : [id]) replace(each, page);
          document.dispatchEvent(new Event("switchboard:fresh"));
        }
        if (wanted) refresh();
      });
    };
    const follow = () => {
      const stream = new EventSource(part.dataset.live);
      stream.onmessage = refresh;
      stream.onopen = () => {
        if (lost) { lost.remove(); lost = null; refresh(); }
      };
      stream.onerror = () => {
        if (!lost) {
          lost = document.createElement("p");
          lost.className = "note warn lost";
          lost.setAttribute("role", "status");
          lost.textContent = body.dataset.lost;
          body.append(lost);
        }
        if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 3000);
      };
    };
    follow();
  };

  // data-check="ADDRESS" data-into="ID" on a field: what is typed is shown to the host, its answer put below.
  const check = (field) => {
    const send = later(() => {
      const fields = { text: field.value };
      ask("POST", field.dataset.check, fields, (page, status) => {
        if (status === 200) for (const id of field.dataset.into.split(" ")) replace(id, page);
      });
    }, 350);
    field.addEventListener("input", send);
  };

  // data-ping="ADDRESS" SECONDS: while the page is seen, say that somebody looks; while they type, that they type.
  const ping = (part) => {
    let typed = 0;
    part.addEventListener("input", () => { typed = Date.now(); });
    const send = () => {
      if (document.hidden) return;
      const typing = Date.now() - typed < 10000 ? "yes" : "no";
      ask("POST", part.dataset.ping, { typing }, (page, status) => {
        if (status === 200) replace(part.dataset.into, page);
      });
    };
    send();
    setInterval(send, 5000);
  };

  const begin = (root) => {
    const each = (selector, work) => {
      if (root.matches?.(selector)) work(root);
      root.querySelectorAll(selector).forEach(work);
    };
    each("[data-check]", check);
    each("[data-ping]", ping);
    each("select[data-submit]", (select) => {
      select.addEventListener("change", () => select.form.requestSubmit());
    });
    // data-insert="FIELD" on a button: its data-text goes into the field.
    each("button[data-insert]", (button) => {
      button.addEventListener("click", () => {
        const field = document.getElementById(button.dataset.insert);
        if (!field) return;
        field.value = button.dataset.replace === undefined && field.value.trim()
          ? `${field.value.trimEnd()}\n${button.dataset.text}`
          : button.dataset.text;
        field.focus();
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
    });
    // Forms that answer in place: data-ajax names the parts that are put in from the page that comes back.
    each("form[data-ajax]", (form) => {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const fields = new FormData(form, event.submitter);
        const buttons = form.querySelectorAll("button");
        buttons.forEach((button) => { button.disabled = true; });
        // What would be written now would be lost with the answer.
        const texts = form.querySelectorAll("textarea");
        texts.forEach((field) => { field.readOnly = true; });
        // A button without an address of its own would name this page's.
        const address = event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.action;
        ask("POST", address, fields, (page, status) => {
          buttons.forEach((button) => { button.disabled = false; });
          texts.forEach((field) => { field.readOnly = false; });
          if (status === 401) { location.reload(); return; }
          for (const id of form.dataset.ajax.split(" ")) replace(id, page);
          if (status >= 200 && status < 300) {
            if (form.dataset.clear !== undefined) form.reset();
            document.getElementById("notice")?.replaceChildren();
          } else if (page?.getElementById("problem")) {
            say(reason(page, status), "bad");
          }
        });
      });
    });
    // data-upload="ADDRESS" on a form with `name`, `version` and a file: its bytes go there as they are, then on to data-done.
    each("form[data-upload]", (form) => {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const part = (name) => encodeURIComponent(form.elements[name].value.trim());
        const request = new XMLHttpRequest();
        request.open("POST", `${form.dataset.upload}/${part("name")}/versions/${part("version")}`);
        request.responseType = "document";
        request.setRequestHeader("Accept", "text/html");
        request.setRequestHeader("Content-Type", "application/wasm");
        if (token) request.setRequestHeader("X-CSRF-Token", token);
        const signature = form.elements.signature?.value.trim().replace(/\s+/g, " ");
        if (signature) request.setRequestHeader("Switchboard-Signature", signature);
        const button = form.querySelector("button");
        button.disabled = true;
        request.onloadend = () => {
          button.disabled = false;
          if (request.status === 201) location.assign(form.dataset.done);
          else say(reason(request.response, request.status), "bad");
        };
        request.send(form.elements.file.files[0]);
      });
    });
    // data-again="SECONDS" on a part: the page is fetched again after so long, until it isn't there any more.
    each("[data-again]", (part) => {
      const again = () => ask("GET", location.href, null, (page, status) => {
        if (status === 200 && replace("main", page)) return;
        setTimeout(again, part.dataset.again * 1000);
      });
      setTimeout(again, part.dataset.again * 1000);
    });
    each("[data-end]", (list) => { list.scrollTop = list.scrollHeight; });
    each("form textarea[data-send]", (field) => {
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.requestSubmit();
      });
    });
  };

  document.querySelectorAll("[data-live]").forEach(live);
  document.querySelectorAll("a[data-back]").forEach((link) => {
    link.addEventListener("click", (event) => {
      if (history.length > 1) { event.preventDefault(); history.back(); }
    });
  });
  const menu = document.querySelector("details[data-menu]");
  const narrow = matchMedia("(max-width: 52rem)");
  if (menu) {
    const fit = () => { menu.open = !narrow.matches; };
    fit();
    narrow.addEventListener("change", fit);
  }
  if (body.dataset.alive) {
    setInterval(() => ask("POST", body.dataset.alive, {}, () => {}), 45000);
  }
  begin(document);
})();
