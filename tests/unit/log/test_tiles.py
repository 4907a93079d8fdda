from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy_engine.errors import (
    InvalidInput,
    MalformedInput,
    NotFound,
    TooLarge,
    VerificationError,
)
from privacy_engine.log import merkle, tiles
from privacy_engine.log.tiles import Frontier, TileAddress, TiledTree

LEAVES = [sha256(at.to_bytes(4, "big")).digest() for at in range(70_000)]


@pytest.fixture(scope="module")
def whole():
    rows = {(tile.level, tile.index): tile.data for tile in Frontier().extend(LEAVES).tiles}

    class Whole:
        def read(self, level, index, width):
            return rows[level, index][: 32 * width]

    return Whole()


class TestGrowth:
    @given(st.lists(st.integers(0, 400), max_size=6))
    def test_growing_in_steps_is_growing_at_once(self, stored_tiles, steps):
        stored = stored_tiles()
        for step in steps:
            growth = stored.append(LEAVES[stored.size : stored.size + step])
            assert growth.size == stored.size
            assert growth.root == merkle.root(LEAVES[: stored.size])
        whole = Frontier().extend(LEAVES[: sum(steps)])
        assert stored.rows == {(tile.level, tile.index): tile.data for tile in whole.tiles}
        assert Frontier.load(stored, stored.size) == whole.frontier

    def test_the_tiles_of_the_specification_s_example(self):
        # Source: C2SP tlog-tiles, Partial Tiles: a tree of size 70,000.
        growth = Frontier().extend(LEAVES)
        found = {
            level: [tile.width for tile in growth.tiles if tile.level == level]
            for level in range(3)
        }
        assert found[0] == [256] * 273 + [112]
        assert found[1] == [256, 17]
        assert found[2] == [1]
        assert len(growth.tiles) == 274 + 2 + 1
        assert tiles.widths(70_000) == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]

    def test_a_tree_of_256_has_a_full_and_a_partial_tile(self):
        # Source: C2SP tlog-tiles, Partial Tiles.
        growth = Frontier().extend(LEAVES[:256])
        assert [(tile.level, tile.width) for tile in growth.tiles] == [(0, 256), (1, 1)]
        assert growth.tiles[1].data == tiles.tile_root(growth.tiles[0].data)

    def test_only_changed_tiles_are_given(self, stored_tiles):
        stored = stored_tiles()
        stored.append(LEAVES[:600])
        growth = stored.append(LEAVES[600:601])
        assert [(tile.level, tile.index, tile.width) for tile in growth.tiles] == [(0, 2, 89)]

    def test_nothing_appended_changes_nothing(self, stored_tiles):
        stored = stored_tiles()
        stored.append(LEAVES[:300])
        growth = stored.append([])
        assert growth.tiles == ()
        assert growth.root == merkle.root(LEAVES[:300])

    def test_the_frontier_itself_never_changes(self):
        frontier = Frontier().extend(LEAVES[:10]).frontier
        before = frontier.root
        frontier.extend(LEAVES[10:20])
        assert (frontier.size, frontier.root) == (10, before)

    def test_the_empty_tree(self, stored_tiles):
        assert Frontier().root == merkle.EMPTY_ROOT
        assert tiles.root_at(stored_tiles(), 0) == merkle.EMPTY_ROOT
        assert TiledTree(stored_tiles(), 0).root() == merkle.EMPTY_ROOT

    @pytest.mark.parametrize("leaves", [[b""], [bytes(31)], [bytes(31), bytes(33)]])
    def test_a_leaf_hash_of_another_length(self, leaves):
        with pytest.raises(VerificationError, match="32 bytes"):
            Frontier().extend(leaves)

    def test_a_stored_tile_that_was_cut_short(self, stored_tiles):
        stored = stored_tiles()
        stored.append(LEAVES[:20])
        stored.rows[0, 0] = stored.rows[0, 0][:-1]
        with pytest.raises(VerificationError, match="tile 0/0 holds"):
            tiles.root_at(stored, 20)
        with pytest.raises(VerificationError, match="tile 0/0 holds"):
            TiledTree(stored, 20).root()


class TestReadingBack:
    @given(st.integers(1, 70_000), st.data())
    def test_proofs_of_every_older_size_verify(self, whole, size, data):
        index = data.draw(st.integers(0, size - 1))
        tree = TiledTree(whole, size)
        root = tiles.root_at(whole, size)
        assert tree.root() == root
        merkle.verify_inclusion(
            index, size, LEAVES[index], proof=tree.inclusion_proof(index), root=root
        )
        merkle.verify_consistency(
            index,
            size,
            tree.consistency_proof(index),
            root1=tiles.root_at(whole, index),
            root2=root,
        )

    @pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537])
    def test_roots_of_older_sizes_around_full_tiles(self, whole, size):
        assert tiles.root_at(whole, size) == merkle.root(LEAVES[:size])

    def test_a_proof_reads_one_tile_per_level_at_each_edge(self, whole):
        read = []

        class Counting:
            def read(self, level, index, width):
                read.append((level, index, width))
                return whole.read(level, index, width)

        TiledTree(Counting(), 70_000).inclusion_proof(1_000)
        assert len(read) <= 6
        assert len(set(read)) == len(read)

    @pytest.mark.parametrize(("height", "index"), [(0, 300), (8, 1), (9, 0), (-1, 0), (0, -1)])
    def test_a_subtree_that_is_not_complete(self, whole, height, index):
        with pytest.raises(InvalidInput):
            TiledTree(whole, 300).node(height, index)

    def test_a_partial_tile_has_no_root(self):
        with pytest.raises(InvalidInput):
            tiles.tile_root(bytes(32 * 255))


class TestPaths:
    @pytest.mark.parametrize(
        ("address", "path"),
        [
            # Source: C2SP tlog-tiles, Merkle Tree: index 1234067.
            (TileAddress(0, 1_234_067), "tile/0/x001/x234/067"),
            (TileAddress(None, 1_234_067), "tile/entries/x001/x234/067"),
            (TileAddress(0, 0, 1), "tile/0/000.p/1"),
            (TileAddress(2, 999), "tile/2/999"),
            (TileAddress(63, 1_000, 255), "tile/63/x001/000.p/255"),
        ],
    )
    def test_both_ways(self, address, path):
        assert address.path == path
        assert tiles.parse_path(path) == address

    @given(st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 10**15), st.integers(1, 256))
    def test_every_address_has_one_path(self, level, index, width):
        address = TileAddress(level, index, width)
        assert tiles.parse_path(address.path) == address

    @pytest.mark.parametrize(
        "path",
        [
            "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000",
            "tile/01/000", "tile/64/000", "tile/-1/000", "tile/data/000", "tile/0/x000",
            "tile/0/x000/000", "tile/0/001/000", "tile/0/x001/x000", "tile/0/000.p/0",
            "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000.p", "tile/0/000/",
            "/tile/0/000", "tile/0/000\n", "tile/0/../000", "tile/0/\u0661\u0662\u0663",
            "tile/entries/000.P/1", "tile/0/X001/000", "tile/0/x1/000",
        ],
    )  # fmt: skip
    def test_no_tile_has_this_path(self, path):
        with pytest.raises(NotFound):
            tiles.parse_path(path)

    @given(st.text(alphabet="tile/0123456789x.pentries", max_size=40))
    def test_whatever_is_read_is_written_the_same(self, path):
        try:
            address = tiles.parse_path(path)
        except NotFound:
            return
        assert address.path == path


class TestBundles:
    @given(st.lists(st.binary(max_size=300), max_size=256))
    def test_both_ways(self, entries):
        assert tiles.parse_bundle(tiles.format_bundle(entries)) == entries

    def test_the_bytes(self):
        # Source: transparency-dev/tessera, testdata/log/tile/entries/000.p/3 (Apache-2.0).
        assert tiles.format_bundle([b"one", b"two", b"three"]).hex() == (
            "00036f6e65000374776f00057468726565"
        )

    def test_the_longest_entry(self):
        assert tiles.parse_bundle(tiles.format_bundle([bytes(65_535)])) == [bytes(65_535)]
        with pytest.raises(TooLarge, match="65535"):
            tiles.format_bundle([bytes(65_536)])

    @pytest.mark.parametrize("data", [b"\x00", b"\x00\x01", b"\x00\x02a", b"\x00\x01a\x00"])
    def test_an_end_inside_an_entry(self, data):
        with pytest.raises(MalformedInput, match="middle"):
            tiles.parse_bundle(data)

    def test_too_many_entries(self):
        with pytest.raises(MalformedInput, match="256"):
            tiles.parse_bundle(tiles.format_bundle([b""] * 257))
