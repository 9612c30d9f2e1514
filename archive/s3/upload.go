package s3

import (
	"context"
	"crypto/md5" // names what S3 calls an ETag, protects nothing
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/minio/minio-go/v7"
	"golang.org/x/sync/errgroup"
)

const (
	partSize = 16 << 20 // bytes of each part but the last, for files up to 160 GB
	maxParts = 10_000   // as S3 allows
	atOnce   = 4        // parts of a file under way
)

// PutFile uploads a file, in parts where it is large, and asks afterwards for its size; see archive.Store.
func (s *Store) PutFile(ctx context.Context, key, path string) error {
	if err := s.putFile(ctx, key, path); err != nil {
		return fmt.Errorf("put file %s: %w", key, s.translate(err))
	}
	return nil
}

func (s *Store) putFile(ctx context.Context, key, path string) error {
	name, err := s.name(key)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", path)
	}
	if st.Size() <= partSize {
		err = s.putWhole(ctx, name, f, st.Size())
	} else {
		err = s.putParts(ctx, name, f, st.Size())
	}
	if err != nil {
		return err
	}
	kept, err := s.Stat(ctx, key)
	if err != nil {
		return fmt.Errorf("after the upload: %w", err)
	}
	if kept.Size != st.Size() {
		return fmt.Errorf("%s has %d bytes, the service kept %d", path, st.Size(), kept.Size)
	}
	return nil
}

func (s *Store) putWhole(ctx context.Context, name string, f *os.File, size int64) error {
	body := io.NewSectionReader(f, 0, size)
	hash, err := hashOfSection(body)
	if err != nil {
		return err
	}
	return patiently(ctx, func() error {
		if _, err := body.Seek(0, io.SeekStart); err != nil {
			return err
		}
		_, err := minio.Core{Client: s.client}.PutObject(ctx, s.bucket, name, body, size, "", hash, signed())
		return err
	})
}

// putParts uploads a file in parts and has the service put them together. After a failure it takes back what was uploaded.
func (s *Store) putParts(ctx context.Context, name string, f *os.File, size int64) (err error) {
	core := minio.Core{Client: s.client}
	upload, err := core.NewMultipartUpload(ctx, s.bucket, name, signed())
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			// Also when the context has ended: parts that nobody takes back cost money.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			core.AbortMultipartUpload(ctx, s.bucket, name, upload)
		}
	}()
	each := max(partSize, (size+maxParts-1)/maxParts)
	parts := make([]minio.CompletePart, (size+each-1)/each)
	g, sending := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i := range parts {
		g.Go(func() error {
			from := int64(i) * each
			body := io.NewSectionReader(f, from, min(each, size-from))
			part, err := s.putPart(sending, name, upload, i+1, body)
			parts[i] = part
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	err = patiently(ctx, func() error {
		_, err := core.CompleteMultipartUpload(ctx, s.bucket, name, upload, parts, signed())
		return err
	})
	if codeOf(err) == minio.NoSuchUpload && s.holdsParts(ctx, name, parts) {
		return nil // the first answer was lost, and there was nothing left to do
	}
	return err
}

func (s *Store) putPart(ctx context.Context, name, upload string, number int, body *io.SectionReader) (minio.CompletePart, error) {
	if err := ctx.Err(); err != nil {
		return minio.CompletePart{}, err
	}
	hash, err := hashOfSection(body)
	if err != nil {
		return minio.CompletePart{}, err
	}
	opts := minio.PutObjectPartOptions{Sha256Hex: hash, DisableContentSha256: true}
	part, err := minio.Core{Client: s.client}.PutObjectPart(ctx, s.bucket, name, upload, number, body, body.Size(), opts)
	return minio.CompletePart{PartNumber: number, ETag: part.ETag}, err
}

// holdsParts is true where the object is the one that those parts make: S3 names it by the MD5 of their MD5s.
func (s *Store) holdsParts(ctx context.Context, name string, parts []minio.CompletePart) bool {
	o, err := s.client.StatObject(ctx, s.bucket, name, minio.StatObjectOptions{})
	if err != nil {
		return false
	}
	all := md5.New()
	for _, p := range parts {
		sum, err := hex.DecodeString(p.ETag)
		if err != nil || len(sum) != md5.Size {
			return false
		}
		all.Write(sum)
	}
	return o.ETag == fmt.Sprintf("%x-%d", all.Sum(nil), len(parts))
}

func hashOfSection(r *io.SectionReader) (string, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	if err != nil {
		return "", err
	}
	if n != r.Size() {
		return "", fmt.Errorf("the file became shorter while it was read: %w", io.ErrUnexpectedEOF)
	}
	_, err = r.Seek(0, io.SeekStart)
	return hex.EncodeToString(h.Sum(nil)), err
}
