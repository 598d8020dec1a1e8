package tracking

const (
	goldenCode = "AIDQCAQDAQCQMCWG4OZRRNGRV2XE2"
	goldenHash = "2c3b97ac46f0d8deac9965f839261aeb2b5006fe12083a0b0ff0f36d98fb4b20"
)
