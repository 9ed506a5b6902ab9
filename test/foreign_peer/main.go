// A node of another implementation (go-libp2p) in the network of a chain, by what spec/network.md says alone: it
// connects, identifies the other end, hears one topic, and publishes what it reads from stdin.
//
//	foreign_peer GENESIS ADDRESS
//
// It says, a line each: "protocol VERSION", "lanes N" (of the other end), "hears TOPIC" once the other end does, "gossip HEX",
// "disconnected".
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/event"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

func check(err error) {
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
}

func messageID(message *pb.Message) string {
	hash := sha256.New()
	check(binary.Write(hash, binary.LittleEndian, uint64(len(message.GetTopic()))))
	hash.Write([]byte(message.GetTopic()))
	hash.Write(message.GetData())
	return string(hash.Sum(nil)[:20])
}

func main() {
	ctx := context.Background()
	chain := "/aether/" + os.Args[1]
	host, err := libp2p.New(libp2p.NoListenAddrs, libp2p.ProtocolVersion(chain+"/1"), libp2p.UserAgent("foreign"))
	check(err)
	identified, err := host.EventBus().Subscribe(new(event.EvtPeerIdentificationCompleted))
	check(err)
	host.Network().Notify(&network.NotifyBundle{DisconnectedF: func(network.Network, network.Conn) { fmt.Println("disconnected") }})

	// Without flooding, what is published before the first heartbeat goes to nobody.
	gossip, err := pubsub.NewGossipSub(ctx, host, pubsub.WithFloodPublish(true),
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign), pubsub.WithNoAuthor(), pubsub.WithMessageIdFn(messageID))
	check(err)
	topic, err := gossip.Join(chain + "/topic/headers/1")
	check(err)
	heard, err := topic.Subscribe()
	check(err)
	peers, err := topic.EventHandler()
	check(err)

	other, err := peer.AddrInfoFromString(os.Args[2])
	check(err)
	check(host.Connect(ctx, *other))
	found := (<-identified.Out()).(event.EvtPeerIdentificationCompleted)
	fmt.Println("protocol", found.ProtocolVersion)
	lanes := 0
	for _, each := range found.Protocols {
		if strings.HasPrefix(string(each), chain+"/lane/") {
			lanes++
		}
	}
	fmt.Println("lanes", lanes)

	go func() {
		for {
			if change, err := peers.NextPeerEvent(ctx); err == nil && change.Type == pubsub.PeerJoin {
				fmt.Println("hears", topic.String())
			}
		}
	}()
	go func() {
		for {
			message, err := heard.Next(ctx)
			if err != nil {
				return
			}
			if message.ReceivedFrom != host.ID() {
				fmt.Println("gossip", hex.EncodeToString(message.Data))
			}
		}
	}()
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		message, err := hex.DecodeString(lines.Text())
		check(err)
		check(topic.Publish(ctx, message))
	}
	check(host.Close())
}
