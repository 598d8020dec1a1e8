package item

// Computed apart from this code, from the description of the format alone.
const (
	goldenHeader  = "be3c90d04c79a70f1747770ebd558a1cf330eab8c926647fbd67a262e414aa77"
	goldenBinding = "49ee02a8fdd216c34d7c61cdad593abc88387b1a1eab2ca2f912ab842198de2b"
	goldenDigest  = "85K6IIrE3OmgWNeJ_hEyZCCaIzSl_pM3-ao5kxef8IQ"
	goldenSparse  = "DQI4CYoHU_FjWqSFu5ThEzwfZLhghV1fKHwtmjWQXKY"
	goldenJSON    = `{"specversion":"1.0","id":"01a20288-77aa-7c11-9b2e-4d1f0e6a2b90","source":"urn:hall:11010:107:02","type":"cn.onedoor.submission.v1","subject":"service/residence-permit-endorsement","time":"2026-11-22T09:14:05.123Z","sequence":"00000000000000004711","caseid":"01a20288-7701-7a55-8123-9c0e44d21a07","caseseq":"000001","receiptno":"11010107020047118343","trackhash":"5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d5d","prev":"0","catalogue":"214","suite":"x25519-aes256gcm-ed25519","sealkey":"seal-1","signkey":"kiosk-1","datacontenttype":"application/vnd.onedoor.sealed","data_base64":"c2VhbGVk","signature":"c2ln"}`
)
