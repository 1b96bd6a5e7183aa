// Package browser shows pages in a headless Chromium, for tests.
package browser

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A Browser is a headless Chromium with one page. It is spoken to by the DevTools protocol, over pipes: JSON with a
// zero byte behind it.
type Browser struct {
	t       *testing.T
	to      *os.File
	from    *bufio.Reader
	session string
	id      int
}

// patience is for how long a browser may take in all before it is taken for broken.
const patience = 15 * time.Minute

// Open shows a page in a browser. It skips the test if there is none.
func Open(t *testing.T, page []byte) *Browser {
	t.Helper()
	var command string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			command = path
			break
		}
	}
	if command == "" {
		t.Skip("there is no Chromium on the PATH to show the page in")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "page.html")
	if err := os.WriteFile(file, page, 0o666); err != nil {
		t.Fatal(err)
	}
	b := start(t, command, filepath.Join(dir, "profile"))
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(file)}
	target := b.Call("Target.createTarget", map[string]any{"url": address.String()})
	attached := b.Call("Target.attachToTarget", map[string]any{"targetId": target["targetId"], "flatten": true})
	b.session, _ = attached["sessionId"].(string)
	for b.Eval(`location.protocol + document.readyState`) != "file:complete" {
		time.Sleep(20 * time.Millisecond)
	}
	return b
}

// start starts a browser, and ends it with the test.
func start(t *testing.T, command, profile string) *Browser {
	t.Helper()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	in, to, err := os.Pipe()
	check(err)
	from, out, err := os.Pipe()
	check(err)
	cmd := exec.Command(command, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
		"--user-data-dir="+profile, "--window-size=1400,1000")
	cmd.ExtraFiles = []*os.File{in, out} // what it reads is file 3, what it writes 4
	check(cmd.Start())
	in.Close()
	out.Close()
	b := &Browser{t: t, to: to, from: bufio.NewReader(from)}
	t.Cleanup(func() {
		b.session = ""
		b.send("Browser.close", nil)
		from.Close()
		to.Close()
		overdue := time.AfterFunc(patience, func() { cmd.Process.Kill() })
		defer overdue.Stop()
		cmd.Wait() // it is of no interest how it ends
	})
	check(from.SetReadDeadline(time.Now().Add(patience)))
	return b
}

func (b *Browser) send(method string, params any) int {
	b.id++
	message := map[string]any{"id": b.id, "method": method, "params": params}
	if params == nil {
		delete(message, "params")
	}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	text, err := json.Marshal(message)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		b.t.Logf("%s: %v", method, err)
	}
	return b.id
}

// Call calls a method of the protocol, and returns its result.
func (b *Browser) Call(method string, params any) map[string]any {
	b.t.Helper()
	id := b.send(method, params)
	for {
		text, err := b.from.ReadBytes(0)
		if err != nil {
			b.t.Fatalf("%s: %v", method, err)
		}
		var answer struct {
			ID     int
			Result map[string]any
			Error  *struct{ Message string }
		}
		if err := json.Unmarshal(text[:len(text)-1], &answer); err != nil {
			b.t.Fatal(err)
		}
		switch {
		case answer.ID != id:
		case answer.Error != nil:
			b.t.Fatalf("%s: %s", method, answer.Error.Message)
		default:
			return answer.Result
		}
	}
}

// Eval returns the value of an expression of the page.
func (b *Browser) Eval(expression string) any {
	b.t.Helper()
	result := b.Call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true})
	if wrong, ok := result["exceptionDetails"]; ok {
		b.t.Fatalf("%s: %v", expression, wrong)
	}
	value, _ := result["result"].(map[string]any)
	return value["value"]
}

// Want compares the value of an expression, as text.
func (b *Browser) Want(expression, want string) {
	b.t.Helper()
	if got := fmt.Sprint(b.Eval(expression)); got != want {
		b.t.Errorf("%s is %q, not %q", expression, got, want)
	}
}

// Press presses a key.
func (b *Browser) Press(key string) {
	b.t.Helper()
	for _, kind := range []string{"keyDown", "keyUp"} {
		b.Call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": key, "code": key})
	}
}
