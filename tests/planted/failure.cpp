// A test that fails, for the check that a failing test fails `make check`.
#include <gtest/gtest.h>

TEST(Planted, Passes) { EXPECT_TRUE(true); }
TEST(Planted, Fails) { EXPECT_EQ(1, 2) << "this test is there to fail"; }
