package cache

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestDigest checks that digests tell contents and secrets apart, whichever way they are made.
func TestDigest(t *testing.T) {
	ways := map[string]func(*Secret, []byte) Digest{
		"any": (*Secret).Digest,
		"SHA": (*Secret).sha,
		"GMAC": func(s *Secret, b []byte) Digest {
			d, ok := s.gmac(b)
			if !ok {
				t.Error("there is no GMAC")
			}
			return d
		},
	}
	for name, digest := range ways {
		t.Run(name, func(t *testing.T) {
			seen := map[Digest]string{}
			check := func(what string, d Digest) {
				if other, ok := seen[d]; ok {
					t.Errorf("%s has the digest of %s", what, other)
				}
				seen[d] = what
			}
			secret, content := &Secret{1}, bytes.Repeat([]byte("0123456789abcdef"), 3)
			check("the content", digest(secret, content))
			check("another secret", digest(&Secret{2}, content))
			check("more", digest(secret, append(bytes.Clone(content), 0)))
			for i := range content {
				check("a prefix", digest(secret, content[:i]))
				changed := bytes.Clone(content)
				changed[i] ^= 0x10
				check("a change", digest(secret, changed))
			}
			if digest(secret, bytes.Clone(content)) != digest(secret, content) {
				t.Error("the same has another digest")
			}
		})
	}
}

// TestSecret checks that a directory has one secret, and gets another if it is damaged.
func TestSecret(t *testing.T) {
	d := open(t, 1<<20)
	secret := *d.Secret()
	other := open(t, 1<<20)
	if *d.Secret() != secret || *other.Secret() == secret || secret == (Secret{}) {
		t.Error("the secret is not that of the directory")
	}
	name := filepath.Join(d.root.Name(), "secret")
	intact, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := range intact {
		damaged := bytes.Clone(intact)
		damaged[i] ^= 0x10
		for _, b := range [][]byte{damaged, intact[:i]} {
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			if again := *d.Secret(); again == secret || again != *d.Secret() {
				t.Fatalf("byte %d: the damaged secret was used, or its successor not kept", i)
			}
		}
	}
	put(t, d, key(1), make([]byte, 1<<20-headerSize)) // all there is room for
	if again := *d.Secret(); again != *d.Secret() {
		t.Error("the secret went as if it were an entry")
	}
}

func BenchmarkDigest(b *testing.B) {
	content, secret := make([]byte, 20<<20), NewSecret()
	for name, digest := range map[string]func(*Secret, []byte) Digest{"any": (*Secret).Digest, "SHA": (*Secret).sha} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				digest(secret, content)
			}
		})
	}
}
