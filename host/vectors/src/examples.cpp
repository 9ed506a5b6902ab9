#include "examples.hpp"

#include <algorithm>
#include <array>

#include "aether/base/result.hpp"
#include "aether/crypto/kzg.hpp"

namespace aether::vectors {
namespace {

// In the order of the ops.
struct Lines {
  std::string_view request;
  std::string_view answer;
};
constexpr Lines kExamples[] =
    {
        {R"({"op":"sha256","message":"616263"})",
         R"({"ok":true,"hash":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"})"},
        {R"({"op":"tagged_hash","tag":"aether/tx","message":"00"})",
         R"({"ok":true,"hash":"b50f85128c630c1a7eeaf497c6364c779a4de7045c74a37a5d86dacffb7f0f7c"})"},
        {R"({"op":"merkle_root","leaves":["","00","10"]})",
         R"({"ok":true,"root":"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"})"},
        {R"({"op":"ed25519_sign","secret_key":"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb","message":"72"})",
         R"({"ok":true,"signature":"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00","public_key":"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"})"},
        {R"({"op":"ed25519_verify","public_key":"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c","message":"72","signature":"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"})",
         R"({"ok":true,"valid":true})"},
        {R"({"op":"ed25519_verify_batch","items":[{"public_key":"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c","message":"72","signature":"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},{"public_key":"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c","message":"73","signature":"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"}]})",
         R"({"ok":true,"valid":[true,false]})"},
        {R"({"op":"bech32m_encode","hrp":"aeth","data":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"})",
         R"({"ok":true,"text":"aeth1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0s0s72ae"})"},
        {R"({"op":"bech32m_decode","text":"split1checkupstagehandshakeupstreamerranterredcaperredlc445v"})",
         R"({"ok":true,"hrp":"split","data":"c5f38b70305f519bf66d85fb6cf03058f3dde463ecd7918f2dc743918f2d","words":[24,23,25,24,22,28,1,16,11,29,8,25,23,29,19,13,16,23,29,22,25,28,1,16,11,3,25,29,27,25,3,3,29,19,11,25,3,3,25,13,24,29,1,25,3,3,25,13]})"},
        {R"({"op":"mnemonic_to_seed","mnemonic":"legal winner thank year wave sausage worth useful legal winner thank yellow","passphrase":"TREZOR"})",
         R"({"ok":true,"seed":"2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c80937a1c1069be3a3a5bd381ee6260e8d9739fce1f607"})"},
        {R"({"op":"slip10_derive","seed":"000102030405060708090a0b0c0d0e0f","path":"m/0'/1'"})",
         R"({"ok":true,"secret_key":"b1d0bad404bf35da785a64ca1ac54b2617211d2777696fbffaf208f746ae84f2","chain_code":"a320425f77d1b5c2505a6b1b27382b37368ee640e3557c315416801243552f14","public_key":"1932a5270f335bed617d5b935c80aedb1a35bd9fc1e31acafd5372c30f5c1187"})"},
        {R"({"op":"decode","type":"balance","bytes":"40420f0000000000000000000000000000000000000000000000000000000000"})",
         R"({"ok":true,"value":{"swr":"1000000","aic":"0"}})"},
        {R"({"op":"encode","type":"balance","value":{"swr":"1000000","aic":"0"}})",
         R"({"ok":true,"bytes":"40420f0000000000000000000000000000000000000000000000000000000000"})"},
        {R"({"op":"bls_public_key_valid","public_key":"a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20fd6e10c1b77654d067c0618f6e5a7f79a"})",
         R"({"ok":true,"valid":true})"},
        {R"({"op":"bls_signature_valid","signature":"c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"})",
         R"({"ok":true,"valid":true})"},
        {R"({"op":"bls_sign","secret_key":"263dbd792f5b1be47ed85f8938c0f29586af0d3ac7b977f21c278fe1462040e3","message":"5656565656565656565656565656565656565656565656565656565656565656"})",
         R"({"ok":true,"signature":"882730e5d03f6b42c3abc26d3372625034e1d871b65a8a6b900a56dae22da98abbe1b68f85e49fe7652a55ec3d0591c20767677e33e5cbb1207315c41a9ac03be39c2e7668edc043d6cb1d9fd93033caa8a1c5b0e84bedaeb6c64972503a43eb","public_key":"a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20fd6e10c1b77654d067c0618f6e5a7f79a"})"},
        {R"({"op":"bls_verify","public_key":"a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20fd6e10c1b77654d067c0618f6e5a7f79a","message":"5656565656565656565656565656565656565656565656565656565656565656","signature":"882730e5d03f6b42c3abc26d3372625034e1d871b65a8a6b900a56dae22da98abbe1b68f85e49fe7652a55ec3d0591c20767677e33e5cbb1207315c41a9ac03be39c2e7668edc043d6cb1d9fd93033caa8a1c5b0e84bedaeb6c64972503a43eb"})",
         R"({"ok":true,"valid":true})"},
        {R"({"op":"bls_aggregate","signatures":["882730e5d03f6b42c3abc26d3372625034e1d871b65a8a6b900a56dae22da98abbe1b68f85e49fe7652a55ec3d0591c20767677e33e5cbb1207315c41a9ac03be39c2e7668edc043d6cb1d9fd93033caa8a1c5b0e84bedaeb6c64972503a43eb","af1390c3c47acdb37131a51216da683c509fce0e954328a59f93aebda7e4ff974ba208d9a4a2a2389f892a9d418d618418dd7f7a6bc7aa0da999a9d3a5b815bc085e14fd001f6a1948768a3f4afefc8b8240dda329f984cb345c6363272ba4fe"]})",
         R"({"ok":true,"signature":"912c3615f69575407db9392eb21fee18fff797eeb2fbe1816366ca2a08ae574d8824dbfafb4c9eaa1cf61b63c6f9b69911f269b664c42947dd1b53ef1081926c1e82bb2a465f927124b08391a5249036146d6f3f1e17ff5f162f779746d830d1"})"},
        {R"({"op":"bls_fast_aggregate_verify","public_keys":["a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20fd6e10c1b77654d067c0618f6e5a7f79a","b301803f8b5ac4a1133581fc676dfedc60d891dd5fa99028805e5ea5b08d3491af75d0707adab3b70c6a6a580217bf81"],"message":"5656565656565656565656565656565656565656565656565656565656565656","signature":"912c3615f69575407db9392eb21fee18fff797eeb2fbe1816366ca2a08ae574d8824dbfafb4c9eaa1cf61b63c6f9b69911f269b664c42947dd1b53ef1081926c1e82bb2a465f927124b08391a5249036146d6f3f1e17ff5f162f779746d830d1"})",
         R"({"ok":true,"valid":true})"},
        {R"({"op":"bls_aggregate_verify","public_keys":["a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20fd6e10c1b77654d067c0618f6e5a7f79a","b301803f8b5ac4a1133581fc676dfedc60d891dd5fa99028805e5ea5b08d3491af75d0707adab3b70c6a6a580217bf81"],"messages":["5656565656565656565656565656565656565656565656565656565656565656","abababababababababababababababababababababababababababababababab"],"signature":"9586bd361e5cb3d925aac6d1a63c72b4d11809fd464faefcd84671ed81b0ffcfed5d53dccb193dcd92c59539026eba920db5814309a4aef87965f6bd542bc8fb57aa0d70d496a7b9f41334e8333eb1fcdbdfbc027bb44157562ab47ad22e5d4e"})",
         R"({"ok":true,"valid":true})"},
        {R"({"op":"bls_pop_prove","secret_key":"263dbd792f5b1be47ed85f8938c0f29586af0d3ac7b977f21c278fe1462040e3"})",
         R"({"ok":true,"proof":"b803eb0ed93ea10224a73b6b9c725796be9f5fefd215ef7a5b97234cc956cf6870db6127b7e4d824ec62276078e787db05584ce1adbf076bc0808ca0f15b73d59060254b25393d95dfc7abe3cda566842aaedf50bbb062aae1bbb6ef3b1f77e1","public_key":"a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20fd6e10c1b77654d067c0618f6e5a7f79a"})"},
        {R"({"op":"bls_pop_verify","public_key":"a491d1b0ecd9bb917989f0e74f0dea0422eac4a873e5e2644f368dffb9a6e20fd6e10c1b77654d067c0618f6e5a7f79a","proof":"b803eb0ed93ea10224a73b6b9c725796be9f5fefd215ef7a5b97234cc956cf6870db6127b7e4d824ec62276078e787db05584ce1adbf076bc0808ca0f15b73d59060254b25393d95dfc7abe3cda566842aaedf50bbb062aae1bbb6ef3b1f77e1"})",
         R"({"ok":true,"valid":true})"},
        {R"({"op":"hash_to_g2","dst":"QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_","message":"616263"})",
         R"({"ok":true,"point":"939cddbccdc5e91b9623efd38c49f81a6f83f175e80b06fc374de9eb4b41dfe4ca3a230ed250fbe3a2acf73a41177fd802c2d18e033b960562aae3cab37a27ce00d80ccd5ba4b7fe0e7a210245129dbec7780ccc7954725f4168aff2787776e6","uncompressed":"139cddbccdc5e91b9623efd38c49f81a6f83f175e80b06fc374de9eb4b41dfe4ca3a230ed250fbe3a2acf73a41177fd802c2d18e033b960562aae3cab37a27ce00d80ccd5ba4b7fe0e7a210245129dbec7780ccc7954725f4168aff2787776e600aa65dae3c8d732d10ecd2c50f8a1baf3001578f71c694e03866e9f3d49ac1e1ce70dd94a733534f106d4cec0eddd161787327b68159716a37440985269cf584bcb1e621d3a7202be6ea05c4cfe244aeb197642555a0645fb87bf7466b2ba48"})"},
        {R"({"op":"vrf_prove","secret_key":"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60","alpha":"72","suite":"ELL2"})",
         R"({"ok":true,"proof":"4b52cfd57c907f5003e5fe0c3376a74f63a1196d78c0c92934388fc96758d4cb57551ab9ce922a42373bb22d5c1ad5f541c563accea60aef81e12f4a5dc673ed1da8686e7be3637cf8d0c6f9396cde01","beta":"39493e8bde1e9258960fc52326039965a88e629984578e6ed03315469e6bbb103694a7a88d71b8bee7df2316a3b9890904d5c2f0b7bd655b9985f09ec9ecdc55","public_key":"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"})"},
        {R"({"op":"vrf_verify","public_key":"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a","alpha":"72","proof":"4b52cfd57c907f5003e5fe0c3376a74f63a1196d78c0c92934388fc96758d4cb57551ab9ce922a42373bb22d5c1ad5f541c563accea60aef81e12f4a5dc673ed1da8686e7be3637cf8d0c6f9396cde01","suite":"ELL2"})",
         R"({"ok":true,"valid":true,"beta":"39493e8bde1e9258960fc52326039965a88e629984578e6ed03315469e6bbb103694a7a88d71b8bee7df2316a3b9890904d5c2f0b7bd655b9985f09ec9ecdc55"})"},
        {R"({"op":"vrf_hash","proof":"4b52cfd57c907f5003e5fe0c3376a74f63a1196d78c0c92934388fc96758d4cb57551ab9ce922a42373bb22d5c1ad5f541c563accea60aef81e12f4a5dc673ed1da8686e7be3637cf8d0c6f9396cde01","suite":"ELL2"})",
         R"({"ok":true,"beta":"39493e8bde1e9258960fc52326039965a88e629984578e6ed03315469e6bbb103694a7a88d71b8bee7df2316a3b9890904d5c2f0b7bd655b9985f09ec9ecdc55"})"},
        {R"({"op":"kes_public_key","seed":"0707070707070707070707070707070707070707070707070707070707070707"})",
         R"({"ok":true,"public_key":"975eec5bb2d403892707c46e660898977560ed9c7c8f0cab9ee950c985be9151"})"},
        {R"({"op":"kes_sign","seed":"0707070707070707070707070707070707070707070707070707070707070707","period":3,"message":"72"})",
         R"({"ok":true,"signature":"c42df1a295002ee0bae022cb629b093fa668dea2ff9ec914dbbfd8a8b3ecebd9c066c84e86d4f0051e9bab609f5b873bfff9657b4503f454d4d8f75e3cea46012ac1da2709ff437c42b1bcd02154d4d86605c1819867fdd50b641b81b26c10ad617af1c667febd38b08b8f9c51581fd4a1ed04963c8c2cfeba38c02b6db7a64cab7c114f658bd05c37eee070a68fb63fdbe76498dfc183860b008e521d8221af8516f9ff520cd1d344c3a882d7d8a27bc7d760a944983da6a133a0b003ea4139d772d7b74c20ad90f77f97e4908411e994102e4600066f45c6386c05ba29476f2f574b47385109d17188d16dc7fc29fe49489cbdc3fc8a72ea3101933a6fd7718a3d5cef9e0163417f1926373a9e114056ea52a605aa71eb761fa3e70e5bd35ac570cb81930808795e8c4d1064b1b775fa069af3b59868faa62b3cedd87d0f2028513a970653c824a773e80b4d333c7df14e597b8ad8580aa26eda096402f8a46915ad0c5f8583cb16c417efe1f7ee84ea435e3b14206a9f7fd7e3b74f8c1e981a5ba7199f9a8b80c30630f5f8e06b2a78e7a9f5450a12f8641ac4c2c52c1ac88fb45526df4a812e7ccce1a3fa59aaf9dc131c486dbd1358ac92ca8137f17e21","public_key":"975eec5bb2d403892707c46e660898977560ed9c7c8f0cab9ee950c985be9151"})"},
        {R"({"op":"kes_verify","public_key":"975eec5bb2d403892707c46e660898977560ed9c7c8f0cab9ee950c985be9151","period":3,"message":"72","signature":"c42df1a295002ee0bae022cb629b093fa668dea2ff9ec914dbbfd8a8b3ecebd9c066c84e86d4f0051e9bab609f5b873bfff9657b4503f454d4d8f75e3cea46012ac1da2709ff437c42b1bcd02154d4d86605c1819867fdd50b641b81b26c10ad617af1c667febd38b08b8f9c51581fd4a1ed04963c8c2cfeba38c02b6db7a64cab7c114f658bd05c37eee070a68fb63fdbe76498dfc183860b008e521d8221af8516f9ff520cd1d344c3a882d7d8a27bc7d760a944983da6a133a0b003ea4139d772d7b74c20ad90f77f97e4908411e994102e4600066f45c6386c05ba29476f2f574b47385109d17188d16dc7fc29fe49489cbdc3fc8a72ea3101933a6fd7718a3d5cef9e0163417f1926373a9e114056ea52a605aa71eb761fa3e70e5bd35ac570cb81930808795e8c4d1064b1b775fa069af3b59868faa62b3cedd87d0f2028513a970653c824a773e80b4d333c7df14e597b8ad8580aa26eda096402f8a46915ad0c5f8583cb16c417efe1f7ee84ea435e3b14206a9f7fd7e3b74f8c1e981a5ba7199f9a8b80c30630f5f8e06b2a78e7a9f5450a12f8641ac4c2c52c1ac88fb45526df4a812e7ccce1a3fa59aaf9dc131c486dbd1358ac92ca8137f17e21"})",
         R"({"ok":true,"valid":true})"},
        {R"({"op":"kzg_commit","blob":"<blob>"})",
         R"({"ok":true,"commitment":"a0413c0dcafec6dbc9f47d66785cf1e8c981044f7d13cfe3e4fcbb71b5408dfde6312493cb3c1d30516cb3ca88c03654"})"},
        {R"({"op":"kzg_proof","z":"0000000000000000000000000000000000000000000000000000000000000005","blob":"<blob>"})",
         R"({"ok":true,"proof":"937bb8aeda1ff2e60c243a0bfefa2b3965081f399f4c272cca2773a76c4569d5701b31b5e1f6651a7d4ae5730aeb2566","z":"0000000000000000000000000000000000000000000000000000000000000005","y":"1dc88356eaa84ffd0eda19c8804ebc4e759208815c7f2817a3586f9c9b08b643"})"},
        {R"({"op":"kzg_verify","commitment":"a0413c0dcafec6dbc9f47d66785cf1e8c981044f7d13cfe3e4fcbb71b5408dfde6312493cb3c1d30516cb3ca88c03654","z":"0000000000000000000000000000000000000000000000000000000000000005","y":"1dc88356eaa84ffd0eda19c8804ebc4e759208815c7f2817a3586f9c9b08b643","proof":"937bb8aeda1ff2e60c243a0bfefa2b3965081f399f4c272cca2773a76c4569d5701b31b5e1f6651a7d4ae5730aeb2566"})",
         R"({"ok":true,"valid":true})"},
        {R"({"op":"kzg_verify_batch","items":[{"commitment":"a0413c0dcafec6dbc9f47d66785cf1e8c981044f7d13cfe3e4fcbb71b5408dfde6312493cb3c1d30516cb3ca88c03654","z":"0000000000000000000000000000000000000000000000000000000000000005","y":"1dc88356eaa84ffd0eda19c8804ebc4e759208815c7f2817a3586f9c9b08b643","proof":"937bb8aeda1ff2e60c243a0bfefa2b3965081f399f4c272cca2773a76c4569d5701b31b5e1f6651a7d4ae5730aeb2566"},{"commitment":"a0413c0dcafec6dbc9f47d66785cf1e8c981044f7d13cfe3e4fcbb71b5408dfde6312493cb3c1d30516cb3ca88c03654","z":"0000000000000000000000000000000000000000000000000000000000000005","y":"0000000000000000000000000000000000000000000000000000000000000005","proof":"937bb8aeda1ff2e60c243a0bfefa2b3965081f399f4c272cca2773a76c4569d5701b31b5e1f6651a7d4ae5730aeb2566"}]})",
         R"({"ok":true,"valid":[true,false]})"},
        {R"({"op":"rs_encode","k":3,"r":2,"shards":["0001","0203","0405"]})",
         R"({"ok":true,"shards":["0001","0203","0405","057e","a63c"],"parity":["057e","a63c"]})"},
        {R"({"op":"rs_decode","k":3,"r":2,"shards":[null,"0203",null,"057e","a63c"]})",
         R"({"ok":true,"shards":["0001","0203","0405","057e","a63c"]})"},
};

// Stands in a request for a blob: the scalar 1, then zeros.
constexpr std::string_view kBlob = "<blob>";

std::string with_blob(std::string_view request) {
  std::string out(request);
  if (const std::size_t at = out.find(kBlob); at != std::string::npos)
    out.replace(at, kBlob.size(), std::string(63, '0') + "1" + std::string(64 * (crypto::kKzgPoints - 1), '0'));
  return out;
}

}  // namespace

Example example_of(std::string_view op) {
  const std::string start = "{\"op\":\"" + std::string(op) + "\"";
  const auto found = std::find_if(std::begin(kExamples), std::end(kExamples),
                                  [&](const Lines& lines) { return lines.request.starts_with(start); });
  AETHER_ASSERT(found != std::end(kExamples));
  return {with_blob(found->request), std::string(found->answer)};
}

}  // namespace aether::vectors
