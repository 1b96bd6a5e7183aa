"use strict";
(() => {
	const data = JSON.parse(document.getElementById("data").textContent);
	const byId = id => document.getElementById(id);
	const picture = byId("picture"), lines = byId("lines"), axis = byId("axis"), overview = byId("overview");
	const detail = byId("detail"), search = byId("search");

	// A span is six numbers of a continuation's list.
	const WIDTH = 6, FROM = 0, STATE = 1, PLACE = 2, OTHER = 3, TAG = 4, STACK = 5;
	const FRESH = 0, RUNNING = 1, RESUMING = 2, SUSPENDED = 3;
	const ROW = 18, states = ["made", "runs", "has resumed another", "suspended"];
	const spans = c => c.d.length / WIDTH;
	const from = (c, i) => c.d[i * WIDTH + FROM];
	const to = (c, i) => i + 1 < spans(c) ? from(c, i + 1) : c.t;
	const at = (c, i, what) => c.d[i * WIDTH + what];

	// The continuations of each lane, in the order of time.
	const lanes = Array.from({length: data.lanes}, () => []);
	data.conts.forEach((c, id) => { c.id = id; lanes[c.l].push(c); });

	const end = Math.max(data.end, 1);
	let view = {from: 0, to: end}, picked = null, pickedSpan = -1;

	// first returns the first index below n for which is holds; n if there is none. If it holds for one, it does for all behind.
	function first(n, is) {
		let low = 0;
		while (low < n) {
			const middle = (low + n) >> 1;
			if (is(middle)) n = middle; else low = middle + 1;
		}
		return low;
	}

	function time(ns) {
		const [unit, name] = ns < 1e3 ? [1, "ns"] : ns < 1e6 ? [1e3, "µs"] : ns < 1e9 ? [1e6, "ms"] : [1e9, "s"];
		return +(ns / unit).toPrecision(4) + " " + name;
	}
	const bytes = n => n < 1024 ? n + " B" : n < 1 << 20 ? +(n / 1024).toPrecision(3) + " KiB" : +(n / (1 << 20)).toPrecision(3) + " MiB";
	const title = c => c.h ? data.names[c.n] : data.names[c.n] + " #" + c.id;

	let colours, ink, faint, rule, idle, pick;
	function readColours() {
		const style = getComputedStyle(document.documentElement), read = name => style.getPropertyValue(name).trim();
		colours = Array.from({length: 8}, (_, i) => read("--c" + i));
		[ink, faint, rule, idle, pick] = ["--ink", "--faint", "--rule", "--idle", "--pick"].map(read);
	}

	// prepare makes a canvas as wide as its box, and returns what draws on it.
	function prepare(canvas, height) {
		const ratio = devicePixelRatio || 1, width = canvas.parentElement.clientWidth;
		canvas.width = width * ratio;
		canvas.height = height * ratio;
		canvas.style.height = height + "px";
		const g = canvas.getContext("2d");
		g.scale(ratio, ratio);
		g.font = "11px system-ui, sans-serif";
		g.textBaseline = "middle";
		return [g, width];
	}
	const x = (t, width) => (t - view.from) / (view.to - view.from) * width;

	let wanted = false;
	function draw() {
		if (wanted) return;
		wanted = true;
		requestAnimationFrame(() => { wanted = false; drawOverview(); drawAxis(); drawLines(); });
	}

	// The overview is how many continuations there are, over all of the time.
	let alive = null;
	function countAlive(n) {
		const change = new Int32Array(n + 1);
		for (const c of data.conts) {
			if (c.h) continue;
			change[Math.floor(from(c, 0) / end * (n - 1))]++;
			change[Math.min(n, Math.floor(c.t / end * (n - 1)) + 1)]--;
		}
		for (let i = 1; i <= n; i++) change[i] += change[i - 1];
		return change;
	}
	function drawOverview() {
		const height = 44, [g, width] = prepare(overview, height), n = Math.max(2, Math.floor(width));
		if (!alive || alive.length !== n + 1) alive = countAlive(n);
		let most = 1;
		for (const one of alive) most = Math.max(most, one);
		g.fillStyle = idle;
		for (let i = 0; i < n; i++) {
			const h = alive[i] / most * (height - 14);
			g.fillRect(i, height - h, 1, h);
		}
		g.fillStyle = faint;
		g.fillText("at most " + most + " at a time", 6, 8);
		g.strokeStyle = pick;
		g.strokeRect(view.from / end * width + .5, .5, Math.max(2, (view.to - view.from) / end * width - 1), height - 1);
	}

	function drawAxis() {
		const [g, width] = prepare(axis, 22), most = (view.to - view.from) / width * 90;
		let step = Math.pow(10, Math.ceil(Math.log10(Math.max(most, 1))));
		for (const part of [5, 2]) if (step / part >= most && step / part >= 1) { step /= part; break; }
		g.fillStyle = faint;
		for (let t = Math.ceil(view.from / step) * step; t <= view.to; t += step) {
			g.fillRect(x(t, width), 14, 1, 8);
			g.fillText(time(t), x(t, width) + 4, 10);
		}
	}

	function drawLines() {
		const height = picture.clientHeight, [g, width] = prepare(lines, height), top = picture.scrollTop;
		const begin = Math.floor(top / ROW), last = Math.min(data.lanes, Math.ceil((top + height) / ROW));
		for (let lane = begin; lane < last; lane++) {
			const y = lane * ROW - top;
			g.fillStyle = rule;
			g.fillRect(0, y + ROW - 1, width, 1);
			drawLane(g, lanes[lane], y, width);
		}
		if (picked) drawLinks(g, top, height, width);
	}

	function drawLane(g, list, y, width) {
		let edge = -1; // up to where the lane is drawn: less than a pixel is not drawn again
		for (let k = first(list.length, i => list[i].t >= view.from); k < list.length && from(list[k], 0) <= view.to; k++) {
			const c = list[k], n = spans(c);
			const i = first(n, j => to(c, j) >= view.from);
			const left = Math.max(0, x(from(c, 0), width)), right = Math.min(width, x(c.t, width));
			if (right - left < .6 && right <= edge) continue;
			for (let j = i; j < n && from(c, j) <= view.to; j++) {
				const a = Math.max(0, x(from(c, j), width)), b = Math.min(width, x(to(c, j), width));
				if (b <= edge && at(c, j, STATE) !== RUNNING) continue;
				drawSpan(g, c, at(c, j, STATE), a, Math.max(b, a + .8), y);
				edge = Math.max(edge, Math.floor(b));
			}
			const label = title(c);
			if (right - left > 30) {
				g.save();
				g.beginPath();
				g.rect(left, y, right - left, ROW);
				g.clip();
				g.fillStyle = ink;
				g.fillText(label, left + 4, y + ROW / 2);
				g.restore();
			}
			if (c === picked) {
				g.strokeStyle = ink;
				g.strokeRect(left + .5, y + 1.5, Math.max(2, right - left - 1), ROW - 4);
			}
		}
	}

	function drawSpan(g, c, state, a, b, y) {
		const colour = c.h ? faint : colours[c.n % 8];
		g.globalAlpha = state === RUNNING ? .75 : state === RESUMING ? .28 : 1;
		g.fillStyle = state === RUNNING || state === RESUMING ? colour : idle;
		if (state === SUSPENDED) g.fillRect(a, y + ROW / 2 - 1.5, b - a, 3);
		else if (state === FRESH) {
			g.fillRect(a, y + 4, b - a, 1);
			g.fillRect(a, y + ROW - 6, b - a, 1);
		} else g.fillRect(a, y + 2, b - a, ROW - 5);
		g.globalAlpha = 1;
	}

	// drawLinks draws from what has resumed the picked one to it, and from it to what it has resumed.
	function drawLinks(g, top, height, width) {
		const c = picked, middle = one => one.l * ROW - top + ROW / 2;
		g.strokeStyle = pick;
		let drawn = 0;
		for (let j = first(spans(c), i => from(c, i) >= view.from); j < spans(c) && from(c, j) <= view.to && drawn < 1000; j++) {
			const other = data.conts[at(c, j, OTHER)], state = at(c, j, STATE);
			if (!other || other === c || state === SUSPENDED) continue;
			const t = x(from(c, j), width);
			g.beginPath();
			g.moveTo(t, middle(other));
			g.lineTo(t, middle(c));
			g.stroke();
			drawn++;
		}
	}

	function hit(event) {
		const box = picture.getBoundingClientRect(), lane = Math.floor((event.clientY - box.top + picture.scrollTop) / ROW);
		const pixel = (view.to - view.from) / lines.clientWidth;
		const t = view.from + (event.clientX - box.left) * pixel, list = lanes[lane] || [];
		const k = first(list.length, i => list[i].t >= t - pixel);
		const c = list[k];
		return c && from(c, 0) <= t + pixel ? [c, Math.min(spans(c) - 1, first(spans(c), j => to(c, j) > t))] : [null, -1];
	}

	function element(name, text) {
		const e = document.createElement(name);
		if (text !== undefined) e.textContent = text;
		return e;
	}
	function link(c) {
		const b = element("button", title(c));
		b.type = "button";
		b.addEventListener("click", () => { select(c, 0); show(c, 0); });
		return b;
	}
	function pair(list, term, value) {
		const d = element("dd");
		d.append(value);
		list.append(element("dt", term), d);
	}

	const SHOWN = 60; // spans in the list, around the picked one
	function select(c, i) {
		picked = c;
		pickedSpan = i;
		detail.replaceChildren();
		draw();
		if (!c) {
			detail.append(element("p", "Click on a continuation."));
			return;
		}
		const list = element("dl"), sums = [0, 0, 0, 0];
		let stack = 0;
		for (let j = 0; j < spans(c); j++) {
			sums[at(c, j, STATE)] += to(c, j) - from(c, j);
			stack = Math.max(stack, at(c, j, STACK));
		}
		detail.append(element("h3", title(c)));
		if (c.m >= 0) pair(list, "made by", link(data.conts[c.m]));
		pair(list, "at", time(from(c, 0)));
		pair(list, "until", c.e ? time(c.t) : "the end: it has not ended");
		states.forEach((name, state) => { if (sums[state]) pair(list, name, time(sums[state])); });
		if (stack) pair(list, "stack", bytes(stack));
		detail.append(list, spanList(c, i));
	}
	function spanList(c, i) {
		const list = element("ol"), begin = Math.max(0, Math.min(i - SHOWN / 2, spans(c) - SHOWN));
		if (begin > 0) list.append(element("li", begin + " before"));
		for (let j = begin; j < Math.min(spans(c), begin + SHOWN); j++) {
			const item = element("li"), other = data.conts[at(c, j, OTHER)], state = at(c, j, STATE);
			item.append(time(from(c, j)) + ": " + states[state] + " for " + time(to(c, j) - from(c, j)));
			if (at(c, j, TAG) >= 0) item.append(", " + data.tags[at(c, j, TAG)]);
			if (at(c, j, PLACE) >= 0) item.append(", in " + data.places[at(c, j, PLACE)]);
			if (other && other !== c) {
				item.append(state === RUNNING ? ", resumed by " : state === SUSPENDED ? ", with " : ": ", link(other));
			}
			if (j === i) item.setAttribute("aria-current", "true");
			list.append(item);
		}
		const left = spans(c) - begin - SHOWN;
		if (left > 0) list.append(element("li", left + " more"));
		return list;
	}

	// show moves the view so that a span is in it.
	function show(c, i) {
		const y = c.l * ROW, width = view.to - view.from, a = from(c, i), b = to(c, i);
		if (y < picture.scrollTop || y + ROW > picture.scrollTop + picture.clientHeight) picture.scrollTop = y - picture.clientHeight / 2;
		if (a < view.from || a > view.to) look((a + Math.min(b, a + width)) / 2 - width / 2, width);
		draw();
	}
	function look(a, width) {
		width = Math.min(end, Math.max(width, 20));
		a = Math.max(0, Math.min(a, end - width));
		view = {from: a, to: a + width};
		draw();
	}
	function zoom(factor, part) {
		const width = view.to - view.from, t = view.from + width * part;
		look(t - width * factor * part, width * factor);
	}
	const part = event => (event.clientX - lines.getBoundingClientRect().left) / lines.clientWidth;

	function wheel(event) {
		if (event.currentTarget === picture && !event.ctrlKey && Math.abs(event.deltaY) >= Math.abs(event.deltaX)) return;
		event.preventDefault();
		const width = view.to - view.from;
		if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) look(view.from + event.deltaX / lines.clientWidth * width, width);
		else zoom(Math.exp(event.deltaY / 400), part(event));
	}
	for (const e of [picture, axis, overview]) e.addEventListener("wheel", wheel, {passive: false});

	let drag = null;
	picture.addEventListener("pointerdown", event => {
		if (event.offsetX < picture.clientWidth) drag = {x: event.clientX, y: event.clientY, from: view.from, top: picture.scrollTop, moved: false};
	});
	addEventListener("pointermove", event => {
		if (!drag) {
			if (event.target === lines) {
				const [c, i] = hit(event);
				lines.title = c ? title(c) + ": " + states[at(c, i, STATE)] + " for " + time(to(c, i) - from(c, i)) : "";
			}
			return;
		}
		const dx = event.clientX - drag.x;
		drag.moved = drag.moved || Math.abs(dx) + Math.abs(event.clientY - drag.y) > 4;
		if (!drag.moved) return;
		picture.scrollTop = drag.top - (event.clientY - drag.y);
		look(drag.from - dx / lines.clientWidth * (view.to - view.from), view.to - view.from);
	});
	addEventListener("pointerup", event => {
		if (drag && !drag.moved) select(...hit(event));
		drag = null;
	});
	overview.addEventListener("click", event => look(part(event) * end - (view.to - view.from) / 2, view.to - view.from));
	picture.addEventListener("scroll", draw);
	picture.addEventListener("keydown", event => {
		const width = view.to - view.from, step = pickedSpan + (event.key === "n" ? 1 : -1);
		switch (event.key) {
		case "ArrowLeft": look(view.from - width / 5, width); break;
		case "ArrowRight": look(view.from + width / 5, width); break;
		case "+": case "=": zoom(.5, .5); break;
		case "-": zoom(2, .5); break;
		case "0": look(0, end); break;
		case "n": case "p":
			if (picked && step >= 0 && step < spans(picked)) {
				select(picked, step);
				show(picked, step);
			}
			break;
		default: return;
		}
		event.preventDefault();
	});
	byId("in").addEventListener("click", () => zoom(.5, .5));
	byId("out").addEventListener("click", () => zoom(2, .5));
	byId("all").addEventListener("click", () => look(0, end));

	// Searching again finds the next one.
	byId("bar").addEventListener("submit", event => {
		event.preventDefault();
		const text = search.value.trim(), number = /^#?(\d+)$/.exec(text);
		const is = c => number ? c.id === +number[1] : data.names[c.n].includes(text);
		const found = text === "" ? [] : data.conts.filter(is);
		const next = found.find(c => picked && c.id > picked.id) || found[0];
		byId("found").textContent = text === "" ? "" : found.length + " found";
		if (next) {
			select(next, 0);
			show(next, 0);
		}
	});
	for (const b of document.querySelectorAll("[data-cont]")) {
		b.addEventListener("click", () => {
			const c = data.conts[+b.dataset.cont];
			let longest = 0;
			for (let j = 0; j < spans(c); j++) {
				if (at(c, j, STATE) === SUSPENDED && (at(c, longest, STATE) !== SUSPENDED || to(c, j) - from(c, j) > to(c, longest) - from(c, longest))) longest = j;
			}
			select(c, longest);
			show(c, longest);
		});
	}

	byId("room").style.height = data.lanes * ROW + "px";
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); draw(); });
	addEventListener("resize", draw);
	readColours();
	select(null, -1);
})();
