package cache

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"runtime"

	"golang.org/x/sys/cpu"
)

// A Secret is what somebody must not know who makes contents for which a [Digest] is to be different.
type Secret [32]byte

// A Digest tells contents apart.
type Digest [sha256.Size]byte

// Digest returns the digest of a content. That of two contents differs but for a chance of 2^-90, if who has made
// them knows neither the secret nor digests.
//
// Where the processor multiplies polynomials that is GMAC: a polynomial with the content's blocks as
// coefficients, at a secret place. It takes a fifteenth of the time of SHA-256, which would be half of the time in
// which a large program starts from the cache. But digests must not be shown, since they tell the secret: so the names of entries are hashes of
// them.
func (s *Secret) Digest(content []byte) Digest {
	if multiplies {
		if d, ok := s.gmac(content); ok {
			return d
		}
	}
	return s.sha(content)
}

func (s *Secret) sha(content []byte) Digest {
	h := sha256.New()
	h.Write(s[:])
	h.Write(content)
	return Digest(h.Sum(nil))
}

// multiplies reports whether the processor has instructions for what GMAC does.
var multiplies = runtime.GOARCH == "amd64" && cpu.X86.HasAES && cpu.X86.HasPCLMULQDQ ||
	runtime.GOARCH == "arm64" && cpu.ARM64.HasAES && cpu.ARM64.HasPMULL

// gmac reports false where Go is told to use no such means (GODEBUG=fips140=only).
func (s *Secret) gmac(content []byte) (d Digest, ok bool) {
	block, err := aes.NewCipher(s[:])
	if err != nil {
		return d, false
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return d, false
	}
	nonce := make([]byte, gcm.NonceSize())
	gcm.Seal(d[:0], nonce, nil, content)
	return d, true
}
