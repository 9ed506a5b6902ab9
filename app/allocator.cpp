// How jemalloc is set in every program. The state tree makes and drops nodes of these sizes by the ten thousand a
// block, in no order: slabs of 512 of them in place of 8 to 64 cost a fourth less time in an update.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf =
    "slab_sizes:64-64:8|192-192:24|256-256:32|320-320:40|384-384:48|448-448:56|512-512:64|640-640:80";
}
