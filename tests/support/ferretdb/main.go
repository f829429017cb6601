// A MongoDB-compatible server for the tests: FerretDB on SQLite, in one process.
//
//	ferretdb FOLDER [HOST:PORT]
//
// It keeps its files in FOLDER, listens on the address (127.0.0.1 and a free port unless it is
// given), prints its URI as one line when it accepts connections, and ends with SIGTERM, SIGINT or
// the end of its standard input: a test that is killed leaves no server behind.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(arguments []string) error {
	if len(arguments) < 1 || len(arguments) > 2 {
		return fmt.Errorf("usage: ferretdb FOLDER [HOST:PORT]")
	}

	folder, err := filepath.Abs(arguments[0])
	if err != nil {
		return err
	}

	address := "127.0.0.1:0"
	if len(arguments) == 2 {
		address = arguments[1]
	}

	// What a power cut would lose, a test does not miss.
	files := url.URL{Scheme: "file", Path: folder + "/", RawQuery: "_pragma=synchronous(off)"}

	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: "127.0.0.1:0"},
		Handler:   "sqlite",
		SQLiteURL: files.String(),
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		return err
	}

	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	defer listener.Close()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()

	go func() {
		// MongoDBURI waits for Run to listen.
		behind, err := url.Parse(server.MongoDBURI())
		if err != nil {
			panic(err)
		}

		front := oneByOne{dial: func() (net.Conn, error) { return net.Dial("tcp", behind.Host) }}
		fmt.Printf("mongodb://%s/\n", listener.Addr())

		if err = front.serve(listener); err != nil {
			fmt.Fprintln(os.Stderr, err)
			stop()
		}
	}()

	return server.Run(ctx)
}
