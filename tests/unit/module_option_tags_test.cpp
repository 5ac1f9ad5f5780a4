#include "module/option_tags.hpp"

#include <gtest/gtest.h>

#include "module/osrtp_abi.h"

namespace osrtp::module {
namespace {

TEST(ModuleOptionTags, FindsATagInAnyCaseAndPlace) {
  for (const std::string_view list :
       {"X-cisco-srtp-fallback", "x-CISCO-srtp-Fallback", "timer, X-cisco-srtp-fallback",
        "X-cisco-srtp-fallback,Geolocation", "100rel ,\tX-cisco-srtp-fallback\t, replaces",
        "timer,\r\n X-cisco-srtp-fallback\r\n", ",,X-cisco-srtp-fallback"}) {
    EXPECT_TRUE(lists_option_tag(list, kFallbackTag)) << list;
    EXPECT_EQ(osrtp_lists_fallback({list.data(), list.size()}), 1) << list;
  }
}

TEST(ModuleOptionTags, TakesNoPartOfATagForTheWhole) {
  for (const std::string_view list : {"", ",", "timer", "X-cisco-srtp-fallback2", "aX-cisco-srtp-fallback",
                                      "X-cisco-srtp", "X-cisco-srtp -fallback", "X-cisco-srtp,-fallback"}) {
    EXPECT_FALSE(lists_option_tag(list, kFallbackTag)) << list;
  }
  EXPECT_EQ(osrtp_lists_fallback({nullptr, 0}), 0);
}

}  // namespace
}  // namespace osrtp::module
