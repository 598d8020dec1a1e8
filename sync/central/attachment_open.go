package central

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"onedoor/sync/attach"
	"onedoor/sync/item"
)

type attachmentInput struct {
	ReceiptNo string `path:"receiptno" maxLength:"40" doc:"receipt number, or case id"`
	ID        string `path:"id" maxLength:"36" doc:"identity of the attachment, as the case names it"`
}

// getAttachment opens a file twice: once to its end, to know that it is whole and how long it is, and once into the answer.
// So nobody is sent half a document; should the disk fail in between, the connection is cut and the length tells.
func (s *Server) getAttachment(ctx context.Context, in *attachmentInput) (*huma.StreamResponse, error) {
	c, ref, path, err := s.findAttachment(ctx, in.ReceiptNo, in.ID)
	if err != nil {
		return nil, s.failed("find attachment", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, s.failed("open attachment", err)
	}
	length, kind, err := s.proveAttachment(ctx, file, ref)
	if err != nil {
		return nil, s.failed("open attachment", errors.Join(err, file.Close()))
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		defer file.Close()
		out.SetHeader("Content-Type", kind)
		out.SetHeader("Content-Length", strconv.FormatInt(length, 10))
		out.SetHeader("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": ref.ID + extension(kind)}))
		out.SetHeader("Content-Security-Policy", "default-src 'none'; sandbox")
		s.cfg.Logger.Info("attachment opened", "receipt_no", c.ReceiptNo, "id", ref.ID)
		if err := s.sendAttachment(out.Context(), out.BodyWriter(), file); err != nil {
			if out.Context().Err() == nil { // else it is who asked that has gone
				s.cfg.Logger.Error("attachment was cut", "receipt_no", c.ReceiptNo, "id", ref.ID, "error", err)
			}
			panic(http.ErrAbortHandler) // a plain end would look like the document's
		}
	}}, nil
}

// findAttachment gives the path of a file that is here in full.
func (s *Server) findAttachment(ctx context.Context, caseRef, id string) (Case, attach.Ref, string, error) {
	c, err := s.cfg.Store.Case(ctx, caseRef)
	if err != nil {
		return c, attach.Ref{}, "", err
	}
	i := slices.IndexFunc(c.Facts.Attachments, func(r attach.Ref) bool { return r.ID == id })
	if i < 0 {
		return c, attach.Ref{}, "", ErrNotFound
	}
	ref := c.Facts.Attachments[i]
	dirs, err := s.uploads.dirs(c.Kiosk)
	if err != nil {
		return c, ref, "", err
	}
	at, path, err := s.uploads.attachment(dirs, ref)
	switch {
	case err != nil:
		return c, ref, "", err
	case at.State == AttachmentDiffers:
		return c, ref, "", newProblem(http.StatusConflict, ProblemDiffers, "what came under this identity is not the file that the submission names")
	case at.State == AttachmentComing:
		return c, ref, "", newProblem(http.StatusNotFound, ProblemComing, fmt.Sprintf("%d of its %d bytes are here", at.Received, at.Size))
	}
	return c, ref, path, nil
}

// proveAttachment opens a file to its end without keeping anything of it, and gives the length and the type of what it
// holds. The problem is ProblemDamaged when it is not, byte for byte, what ref names.
func (s *Server) proveAttachment(ctx context.Context, file *os.File, ref attach.Ref) (length int64, kind string, err error) {
	sum := sha256.New()
	r, err := attach.Open(io.TeeReader(file, sum), s.cfg.Suite, s.cfg.Keys.SealPrivate)
	if err == nil {
		defer r.Close()
		length, err = copyOpened(ctx, io.Discard, r)
	}
	if err == nil && (r.ID() != ref.ID || hex.EncodeToString(sum.Sum(nil)) != ref.Digest) {
		err = attach.ErrSealed
	}
	if errors.Is(err, attach.ErrSealed) || errors.Is(err, item.ErrOpen) {
		s.cfg.Logger.Error("attachment does not open", "id", ref.ID, "error", err)
		return 0, "", newProblem(http.StatusInternalServerError, ProblemDamaged, "the file is damaged, or sealed to a key that this central does not have; nothing of it is shown")
	}
	if err != nil {
		return 0, "", err
	}
	return length, mediaType(r.Type()), nil
}

func (s *Server) sendAttachment(ctx context.Context, to io.Writer, file *os.File) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r, err := attach.Open(file, s.cfg.Suite, s.cfg.Keys.SealPrivate)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = copyOpened(ctx, to, r)
	return err
}

// copyOpened is io.Copy with a buffer that is wiped, until ctx ends.
func copyOpened(ctx context.Context, to io.Writer, r *attach.Reader) (total int64, err error) {
	buf := make([]byte, 32<<10)
	defer clear(buf)
	for {
		if err := ctx.Err(); err != nil {
			return total, err
		}
		n, err := r.Read(buf)
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return total, err
			}
			total += int64(n)
		}
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

// mediaType is what a kiosk said, if it is one; a browser guesses nothing from it, by nosniff.
func mediaType(said string) string {
	kind, params, err := mime.ParseMediaType(said)
	if err == nil {
		kind = mime.FormatMediaType(kind, params)
	}
	if err != nil || kind == "" {
		return "application/octet-stream"
	}
	return kind
}

// extension is for the kinds that kiosks make; others have none.
func extension(kind string) string {
	kind, _, _ = mime.ParseMediaType(kind)
	return map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}[kind]
}
