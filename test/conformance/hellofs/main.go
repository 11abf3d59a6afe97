// hellofs mounts, on the folder that it is given, a FUSE file system with the one file "hello":
// what the image docker.io/tonistiigi/hellofs holds, which a test of insecure RUN wants.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

type folder struct{ fs.Inode }

var _ fs.NodeOnAdder = (*folder)(nil)

func (f *folder) OnAdd(ctx context.Context) {
	text := &fs.MemRegularFile{Data: []byte("hello, world\n"), Attr: fuse.Attr{Mode: 0o444}}
	f.AddChild("hello", f.NewPersistentInode(ctx, text, fs.StableAttr{Ino: 2}), false)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: hellofs FOLDER")
		os.Exit(2)
	}
	// No fusermount in the image: the mount system call itself.
	mount := fuse.MountOptions{FsName: "hellofs", Name: "hellofs", DirectMountStrict: true}
	server, err := fs.Mount(os.Args[1], &folder{}, &fs.Options{MountOptions: mount})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	server.Wait()
}
