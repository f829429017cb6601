package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
)

// FerretDB changes a document by reading it and writing it back, with nothing that holds others off
// in between: of two conditional updates at once both win, of two $inc one is lost. MongoDB changes
// a document in one step, and that is what the store builds on. So clients speak to this front,
// which passes one command at a time on, whoever sends it.
type oneByOne struct {
	turn sync.Mutex
	dial func() (net.Conn, error)
}

// serve passes on what clients of this listener send, until the listener is closed.
func (front *oneByOne) serve(listener net.Listener) error {
	for {
		client, err := listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}

		go front.pass(client)
	}
}

// pass ends when either side closes its connection.
func (front *oneByOne) pass(client net.Conn) {
	defer client.Close()

	server, err := front.dial()
	if err != nil {
		return
	}
	defer server.Close()

	for {
		command, err := message(client)
		if err != nil {
			return
		}

		answer, err := front.exchange(server, command)
		if err != nil {
			return
		}

		if _, err = client.Write(answer); err != nil {
			return
		}
	}
}

func (front *oneByOne) exchange(server net.Conn, command []byte) ([]byte, error) {
	if !isGreeting(command) {
		front.turn.Lock()
		defer front.turn.Unlock()
	}

	if _, err := server.Write(command); err != nil {
		return nil, err
	}

	if expectsNoAnswer(command) {
		return nil, nil
	}

	return message(server)
}

const (
	headerBytes  = 16
	largestBytes = 48_000_000
	opMsg        = 2013
	moreToCome   = 1 << 1
)

// message reads one message of the wire protocol: its first four bytes are its length.
func message(from io.Reader) ([]byte, error) {
	header := make([]byte, headerBytes)
	if _, err := io.ReadFull(from, header); err != nil {
		return nil, err
	}

	length := binary.LittleEndian.Uint32(header)
	if length < headerBytes || length > largestBytes {
		return nil, fmt.Errorf("a message of %d bytes is none", length)
	}

	whole := make([]byte, length)
	copy(whole, header)
	_, err := io.ReadFull(from, whole[headerBytes:])

	return whole, err
}

func expectsNoAnswer(command []byte) bool {
	isMsg := binary.LittleEndian.Uint32(command[12:]) == opMsg && len(command) >= headerBytes+4
	return isMsg && binary.LittleEndian.Uint32(command[headerBytes:])&moreToCome != 0
}

// isGreeting tells what a driver asks to see whether the server is there: it changes nothing, and
// must not wait behind a long command, or the driver takes the server for dead.
func isGreeting(command []byte) bool {
	const nameAt = headerBytes + 4 + 1 + 4 + 1 // behind flags, kind of section, length, type
	if binary.LittleEndian.Uint32(command[12:]) != opMsg || len(command) <= nameAt {
		return true // the first greeting of a connection is of an older kind
	}

	name, _, _ := bytes.Cut(command[nameAt:], []byte{0})

	return slices.Contains([]string{"hello", "ismaster", "isMaster", "ping"}, string(name))
}
