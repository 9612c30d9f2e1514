package archive

// Point is a place in the program between two writes, where a power cut leaves one of them done and the other not. Whatever stands then, the next run goes on from it: tests
// end the process at each point, once and for all of them.
type Point string

// All points. Where each is, the call of Reached says.
const (
	PointSpooled    Point = "import: files looked into and copied to scratch"
	PointMeasured   Point = "import: new voices measured"
	PointMasters    Point = "import: masters and measures kept, no document names them"
	PointConference Point = "import: conference written, session not"
	PointKept       Point = "master: bytes put, nothing known of them"
	PointKnown      Point = "master: what is known of it put"
	PointHistory    Point = "document: earlier revision kept, next one not written"
	PointDocument   Point = "document: written, nobody told"
	PointMarker     Point = "document: marker put, bell not rung"
	PointLease      Point = "rendition: lease taken, nothing made"
	PointMade       Point = "rendition: made in scratch, nothing put"
	PointBytes      Point = "rendition: bytes put, index not"
	PointIndexed    Point = "rendition: index put, nobody told"
	PointTold       Point = "rendition: told, lease not given back"
	PointCues       Point = "index: cue files written, no passage"
	PointShelf      Point = "index: one shelf written, the other not"
	PointTaken      Point = "index: both shelves written, old cue files not removed"
)

// Points gives all points.
func Points() []Point {
	return []Point{PointSpooled, PointMeasured, PointMasters, PointConference, PointKept, PointKnown, PointHistory, PointDocument, PointMarker,
		PointLease, PointMade, PointBytes, PointIndexed, PointTold, PointCues, PointShelf, PointTaken}
}

// Reached says that the program is at a point. It does nothing, unless a test set OnPoint.
func (a *Archive) Reached(p Point) {
	if a.OnPoint != nil {
		a.OnPoint(p)
	}
}
