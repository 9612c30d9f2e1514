package main

import "context"

// prepare makes what the sessions of this run need to be watched: the picture and every voice. ok is false where a rendition failed.
func (im *importer) prepare(ctx context.Context) (ok bool, err error) {
	if len(im.written) == 0 {
		return true, nil
	}
	im.progress.clear()
	return im.app.prepare(ctx, im.arc, im.config, im.written, firstProfiles())
}
