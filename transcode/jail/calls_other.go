//go:build !amd64 && !arm64

package jail

// On processors that nobody has tried there is no filter: Ask says so.
const auditArch = 0

func allowList(int) filter { return filter{} }
