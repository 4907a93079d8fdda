// Reads an exported log with the code that checks Go's own modules, and nothing of ours.
//
// Usage: auditor FOLDER VKEY. Prints how many proofs held; ends with 1 at the first that does not.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func need(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(folder, name string) []byte {
	found, err := os.ReadFile(filepath.Join(folder, name))
	need(err)
	return found
}

// exported hands tiles to the library, under the names that C2SP tlog-tiles gives them.
type exported struct{ folder string }

func (exported) Height() int { return 8 }

func (e exported) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		found = append(found, read(e.folder, strings.Replace(tile.Path(), "tile/8/", "tile/", 1)))
	}
	return found, nil
}

func (exported) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	folder, vkey := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(vkey)
	need(err)
	opened, err := note.Open(read(folder, "checkpoint"), note.VerifierList(verifier))
	need(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	need(err)
	root, err := tlog.ParseHash(lines[2])
	need(err)
	tree := tlog.Tree{N: size, Hash: root}
	// This reader itself refuses a tile that does not lead to the root.
	hashes := tlog.TileHashReader(tree, exported{folder})
	held := 0
	for n := int64(0); n < size; n += 1 + size/64 {
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		need(err)
		inside, err := tlog.ProveRecord(size, n, hashes)
		need(err)
		need(tlog.CheckRecord(inside, size, root, n, leaf[0]))
		older, err := tlog.TreeHash(n+1, hashes)
		need(err)
		grown, err := tlog.ProveTree(size, n+1, hashes)
		need(err)
		need(tlog.CheckTree(grown, size, root, n+1, older))
		held += 2
	}
	fmt.Printf("%d proofs hold in a log of %d entries signed by %s\n", held, size, verifier.Name())
}
