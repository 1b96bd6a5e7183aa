// Command httpserver answers as weft/examples/httpserver does, without Weft: in Go
// alone, or by a guest in wazero, an instance for each request.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"log"
	"net/http"
	"strconv"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"weft/wasm"
	"weft/wasm/binary"
	"weft/wasm/text"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "the `address` to listen at")
	engine := flag.String("engine", "go", "what answers: go or wazero")
	flag.Parse()
	handle, err := handlers[*engine]()
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) { handle(w, r, 0) })
	http.HandleFunc("/sleep", func(w http.ResponseWriter, r *http.Request) {
		ms, err := strconv.ParseUint(r.URL.Query().Get("ms"), 10, 31)
		if err != nil {
			http.Error(w, "ms: "+err.Error(), http.StatusBadRequest)
			return
		}
		handle(w, r, int32(ms))
	})
	log.Fatal(http.ListenAndServe(*addr, nil))
}

// A handler answers a request after some milliseconds.
type handler func(w http.ResponseWriter, r *http.Request, ms int32)

var handlers = map[string]func() (handler, error){
	"go": func() (handler, error) {
		return func(w http.ResponseWriter, _ *http.Request, ms int32) {
			if ms > 0 {
				time.Sleep(time.Duration(ms) * time.Millisecond)
			}
			fmt.Fprintln(w, "Hello from the guest.")
		}, nil
	},
	"wazero": inWazero,
}

//go:embed guest.wat
var guest []byte

// writer is the key of the context's value that is the response.
type writer struct{}

func inWazero() (handler, error) {
	m, err := text.Parse(guest, wasm.DefaultFeatures)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	i32 := api.ValueTypeI32
	_, err = r.NewHostModuleBuilder("host").
		NewFunctionBuilder().WithGoFunction(api.GoFunc(func(_ context.Context, slots []uint64) {
		time.Sleep(time.Duration(uint32(slots[0])) * time.Millisecond)
	}), []api.ValueType{i32}, nil).Export("sleep").
		NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(ctx context.Context, m api.Module, slots []uint64) {
		if bytes, ok := m.Memory().Read(uint32(slots[0]), uint32(slots[1])); ok {
			_, _ = ctx.Value(writer{}).(http.ResponseWriter).Write(bytes)
		}
	}), []api.ValueType{i32, i32}, nil).Export("write").
		Instantiate(ctx)
	if err != nil {
		return nil, err
	}
	compiled, err := r.CompileModule(ctx, binary.Encode(m))
	if err != nil {
		return nil, err
	}
	return func(w http.ResponseWriter, req *http.Request, ms int32) {
		ctx := context.WithValue(req.Context(), writer{}, w)
		in, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
		if err == nil {
			defer in.Close(ctx)
			_, err = in.ExportedFunction("handle").Call(ctx, uint64(ms))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}, nil
}
