// A program that answers HTTP on the socket that it finds open.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	l, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/quit" {
			os.Exit(9)
		}
		fmt.Fprint(w, "hello ", r.URL.Path)
	})
	fmt.Println(http.Serve(l, nil))
}
