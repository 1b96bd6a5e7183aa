package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// mostPayload is how long a report may be, in bytes; the server's own limit is 1 MiB.
const mostPayload = 8 << 20

// startServer runs a server of NATS in this process, which keeps its files in a directory that stop removes.
func startServer(host string, port int) (s *server.Server, stop func(), err error) {
	dir, err := os.MkdirTemp("", "fleet")
	if err != nil {
		return nil, nil, err
	}
	s, err = server.NewServer(&server.Options{Host: host, Port: port, JetStream: true, StoreDir: dir,
		MaxPayload: mostPayload, NoLog: true, NoSigs: true})
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, fmt.Errorf("the server: %w", err)
	}
	stop = func() {
		s.Shutdown()
		s.WaitForShutdown()
		os.RemoveAll(dir)
	}
	go s.Start()
	if !s.ReadyForConnections(time.Minute) {
		stop()
		return nil, nil, errors.New("the server does not get ready: is its port in use?")
	}
	return s, stop, nil
}
