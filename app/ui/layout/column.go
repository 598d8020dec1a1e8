package layout

import "fyne.io/fyne/v2"

// Column stacks what is visible, each as wide as the column and as high as it needs. Height left over goes to the
// stretchers in equal parts, up to what each makes use of.
type Column struct {
	Gap    float32
	Middle bool // what is then still left over goes half above
}

var _ Measurer = Column{}

// HeightFor is the sum of the heights and gaps.
func (c Column) HeightFor(objects []fyne.CanvasObject, width float32) float32 {
	var h float32
	for i, o := range Shown(objects) {
		if i > 0 {
			h += c.Gap
		}
		h += Height(o, width)
	}
	return h
}

// StretchOf is the sum of what the stretchers make use of, 0 when there are none.
func (c Column) StretchOf(objects []fyne.CanvasObject, width float32) float32 {
	var sum float32
	any := false
	shown := Shown(objects)
	for _, o := range shown {
		s := StretchOf(o, width)
		any = any || s > 0
		sum += max(s, Height(o, width))
	}
	if !any {
		return 0
	}
	return sum + c.Gap*float32(len(shown)-1)
}

// Layout stacks.
func (c Column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	shown := Shown(objects)
	if len(shown) == 0 {
		return
	}
	heights := make([]float32, len(shown))
	spare := size.Height - c.Gap*float32(len(shown)-1)
	for i, o := range shown {
		heights[i] = Height(o, size.Width)
		spare -= heights[i]
	}
	if spare > 0 {
		spare = share(shown, heights, size.Width, spare)
	}
	y := float32(0)
	if c.Middle && spare > 0 {
		y = spare / 2
	}
	for i, o := range shown {
		Place(o, 0, y, size.Width, heights[i])
		y += heights[i] + c.Gap
	}
}

// MinSize is nothing: a column takes what it is given, and a window never grows because of it.
func (c Column) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// share adds spare to the heights of the stretchers and returns what is left over.
func share(objects []fyne.CanvasObject, heights []float32, width, spare float32) float32 {
	for spare > 0.5 {
		var hungry []int
		for i, o := range objects {
			if heights[i]+0.5 < StretchOf(o, width) {
				hungry = append(hungry, i)
			}
		}
		if len(hungry) == 0 {
			return spare
		}
		part := spare / float32(len(hungry))
		for _, i := range hungry {
			add := min(part, StretchOf(objects[i], width)-heights[i])
			heights[i] += add
			spare -= add
		}
	}
	return 0
}
