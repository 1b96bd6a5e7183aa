package explore

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"weft/internal/browser"
)

// selected is the row that is chosen.
const selected = `document.querySelector("[aria-selected=true]").id`

// TestPage looks at the page of a deadlock: what is drawn, and what clicks and keys do.
func TestPage(t *testing.T) {
	r := deadlock()
	r.Sources = map[string]string{"bank.c": strings.Repeat("\n", 9) + "lock(&a); // <b>\n"}
	b := browser.Open(t, pageOf(t, r))
	b.Want(`document.documentElement.className`, "js")
	b.Want(`document.querySelectorAll(".e").length`, "12")
	b.Want(`[...document.querySelectorAll(".lane")].map((l) => l.textContent).join()`, "0 main,1 pay,2 collect")
	b.Want(`document.querySelectorAll("[src], [href], link, img").length`, "0")

	// A dead line for each thread, three bars for those that run, and a head for each arrow: two lines more.
	count := func(class string) string {
		return fmt.Sprintf(`[...document.querySelectorAll("path.%s")].map((p) =>
			p.getAttribute("d").split("M").length - 1).join()`, class)
	}
	b.Want(count("dead"), "3")
	b.Want(count("run"), "1,2,1")
	b.Want(count("arrow.spawn"), "4")
	b.Want(count("arrow.unlock"), "2")
	b.Want(count("deviates"), "2")
	b.Want(`[...document.querySelectorAll(".fails")].length`, "3")

	b.Want(selected, "e11")
	b.Press("ArrowUp")
	b.Want(selected, "e10")
	b.Press("ArrowLeft")
	b.Want(selected, "e9")
	b.Press("Home")
	b.Press("ArrowUp")
	b.Want(selected, "e0")
	b.Press("ArrowRight")
	b.Want(selected, "e3")
	b.Want(`document.querySelector("#detail .here").textContent`, "  10  lock(&a); // <b>")
	b.Want(`document.querySelector("#detail .stack").textContent`, "pay at bank.c:10")
	b.Eval(`document.querySelector("#e7 span").click()`)
	b.Want(selected, "e7")
	b.Want(`document.querySelector("#detail h3").textContent`, "7: pthread_mutex_lock [0x200]")
	b.Want(`[...document.querySelectorAll("#detail dd")].map((d) => d.textContent).join("|")`,
		"thread 2 (collect)|collect|bank.c:20|0x200, 4 bytes|0x300|event 1|event 4")
	b.Eval(`document.querySelector("#detail button").click()`)
	b.Want(selected, "e1")
}

// TestHostilePage checks that names are text, whatever they are.
func TestHostilePage(t *testing.T) {
	if text := pageOf(t, racy()); bytes.Count(text, []byte("<script")) != 2 || bytes.Contains(text, []byte("<img")) {
		t.Error("a name is markup")
	}
	b := browser.Open(t, pageOf(t, racy()))
	b.Want(`typeof pwned`, "undefined")
	b.Want(`document.querySelectorAll("script").length + document.querySelectorAll("img").length`, "2")
	b.Want(`document.querySelectorAll(".e").length`, "3")
	b.Want(`document.querySelectorAll(".racy").length`, "2")
	b.Want(`document.querySelectorAll("article.harmful").length`, "1")
	b.Want(`document.querySelector("#detail .here").textContent`, "   1  "+hostile)
	b.Want(`typeof pwned`, "undefined")
}

// TestLongPage checks that a page works which has many events and threads, and that rows are folded. One with
// mostEvents takes a browser seven seconds.
func TestLongPage(t *testing.T) {
	r := &Report{Complete: -1}
	const most, events = 100, 4000
	for i := 1; i < most; i++ {
		r.Trace = append(r.Trace, Event{Kind: "spawn", Made: i, Next: -1})
	}
	for i := 0; len(r.Trace) < events; i++ {
		thread := i / 20 % most
		r.Trace = append(r.Trace, Event{Thread: thread, Kind: "load", Address: uint64(i), Size: 4, Func: "work",
			Offset: 1 + i, Next: -1, Stack: frames("a.c", "work", i, "main", 1)})
		if i%20 == 19 {
			r.Trace[len(r.Trace)-1].Next = (thread + 1) % most
		}
	}
	b := browser.Open(t, pageOf(t, r))
	b.Want(`document.querySelectorAll(".e").length`, fmt.Sprint(events))
	b.Want(`document.querySelector(".fold").textContent`, "⋯ 17 accesses")
	visible := `[...document.querySelectorAll(".e")].slice(99, 119).filter((e) => e.offsetHeight > 0).length`
	b.Want(visible, "3")
	b.Eval(`document.querySelector(".fold button").click()`)
	b.Want(visible, "20")
	b.Eval(`document.querySelector(".fold button").click()`)
	b.Want(visible, "3")
	b.Eval(`document.querySelector("#e99").click()`)
	b.Press("ArrowDown") // into what is folded, which opens
	b.Want(selected, "e100")
	b.Want(visible, "20")
	b.Press("End")
	b.Want(`(() => {
		const row = document.querySelector("[aria-selected=true] span").getBoundingClientRect();
		const picture = document.getElementById("picture").getBoundingClientRect();
		return row.top > picture.top && row.bottom < picture.bottom && row.left > picture.left && row.left < picture.right;
	})()`, "true")
}

// TestEmptyPage checks that there is a page also of a search that has found nothing.
func TestEmptyPage(t *testing.T) {
	text := string(pageOf(t, &Report{Module: "5d2c0a91", Schedules: 10, Distinct: 9, Complete: 2, Exhausted: true}))
	for _, want := range []string{"no failure found", "10 schedules (9 different); there are no others"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(text, "<script") {
		t.Error("there is nothing for a script to do")
	}
}

// TestFiles checks which files of the source a report asks for.
func TestFiles(t *testing.T) {
	if got := deadlock().Files(); !slices.Equal(got, []string{"/src/bank.c"}) {
		t.Errorf("files are %v", got)
	}
}

// pageOf returns the report as a page.
func pageOf(t *testing.T, r *Report) []byte {
	t.Helper()
	var page bytes.Buffer
	if err := r.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	return page.Bytes()
}
